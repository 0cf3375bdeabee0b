"""Somebody at the pages of the running stack, over HTTP: what a browser without scripts would do."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from html import unescape
from http.cookiejar import CookieJar
from urllib.parse import urlencode

from journeys.visitor import PASSWORD
from stack import Stack

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Guest:
    """Comes in by a one-time link when made."""

    def __init__(self, stack: Stack, name: str = "ana") -> None:
        self.url, self.jar = stack.url, CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        door = stack.sign_in_link(name).removeprefix(self.url)
        assert self.send(self.read(door)[1], door, password=PASSWORD)[0] == 200

    def read(self, path: str) -> tuple[int, str]:
        """Status and text of a page."""
        return self._ask(path)

    def send(self, form: str, path: str, **typed: str) -> tuple[int, str]:
        """Send the form that a page showed, filled in; status and text of what comes back."""
        token = TOKEN.search(form)
        assert token, "the page has no form"
        return self._ask(path, {"csrf_token": token[1], **typed})

    def _ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        data = urlencode(form).encode() if form is not None else None
        try:
            with self.opener.open(self.url + path, data, timeout=30) as answer:
                return answer.status, unescape(answer.read().decode())
        except urllib.error.HTTPError as error:
            return error.code, unescape(error.read().decode())
