"""Whether a request for a link comes from a program and not from somebody who read the message.  Pure.

Sources: the programs' own names in their User-Agent (WhatsApp, facebookexternalhit – which iMessage names
too –, Twitterbot, Slackbot, Googlebot, Applebot, …); Sec-Purpose (WHATWG Fetch), and Purpose, X-Purpose and
X-Moz before it; RFC 9110 section 9.3.2 (HEAD).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

# What calls itself a program.  A Cubot is a telephone; programs with a window of their own show it to people.
PROGRAMS = re.compile(
    r"(?<!cu)bot(?:\b|[/;_-])|crawl|spider|slurp|scan|preview|fetch|facebookexternalhit|facebot|meta-external|whatsapp"
    r"|google-|googleother|googleimageproxy|google web|mediapartners|lighthouse"
    r"|headless|phantomjs|puppeteer|playwright|selenium|curl|wget|python|aiohttp|httpx|go-http|okhttp"
    r"|libwww|java/|apache-http|axios|node-fetch|undici|ruby|perl|php|guzzle|monitor|uptime|pingdom|safebrowsing"
    r"|virustotal|proofpoint|mimecast|barracuda|zscaler|safelinks|embedly|iframely|vkshare|outbrain",
    re.IGNORECASE,
)
EARLY = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
AHEAD = re.compile(r"prefetch|prerender|preview", re.IGNORECASE)
TOO_SOON = timedelta(seconds=2)  # from the network to a thumb takes longer; a filter on its way does not
LONGEST = 400  # characters of a name that are looked at


def is_robot(method: str, headers: Mapping[str, str], since_sent: timedelta | None = None) -> bool:
    """`since_sent`: how long ago the network took the message, where that is known."""
    if method != "GET" or any(AHEAD.search(headers.get(name, "")) for name in EARLY):
        return True
    if since_sent is not None and timedelta(0) <= since_sent < TOO_SOON:
        return True
    name = headers.get("User-Agent", "")[:LONGEST].strip()
    return not name or bool(PROGRAMS.search(name))
