"""Memory of gateway and web after a person and a program have used them for a while."""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from urllib.parse import urlencode

from procfs import pss_megabytes
from stack import Caller, NotReady, Stack

MESSAGES = 20  # sent first, so that lists and conversations have something to show
BROWSERS = 4  # connections at the same time

PAGES = ("/", "/write", "/messages", "/conversations", "/modems", "/help", "/docs", "/healthz")
CALLS = ("/api/v1/messages?limit=50", "/api/v1/inbound", "/api/v1/modems", "/api/v1/openapi.json")
PASSWORD = "a long walk to the tower"
LINK = re.compile(r"https?://[^/\s]+(/welcome/\S+)")
TOKEN = re.compile(r'name="csrf_token"[^>]*\svalue="([^"]+)"')


def measure(requests: int, kind: type[Stack] = Stack) -> dict[str, float]:
    with kind() as stack:
        caller = stack.api()
        for number in range(MESSAGES):
            caller.post("/api/v1/messages", {"to": f"+3363998{1000 + number}", "text": "bench"})
        cookie = sign_in(stack)
        with ThreadPoolExecutor(BROWSERS) as pool:
            refused = sum(pool.map(lambda share: browse(stack, cookie, share), shares(requests)), Counter())
        if refused:
            raise NotReady(f"not answered with 200: {dict(refused)}")
        sizes = {name: pss_megabytes(stack.processes[name].pid) for name in ("gateway", "web")}
    return {f"{name} PSS after use": size for name, size in sizes.items()}


def shares(requests: int) -> list[int]:
    return [requests // BROWSERS + (number < requests % BROWSERS) for number in range(BROWSERS)]


def browse(stack: Stack, cookie: str, requests: int) -> Counter[str]:
    """Ask for the pages and calls in turn on one connection; what was not answered with 200, how often."""
    caller = Caller(stack.port, {"Authorization": f"Bearer {stack.key}", "Cookie": cookie})
    asked = ((path, caller.get(path)[0]) for path in islice(cycle((*PAGES, *CALLS)), requests))
    return Counter(f"{path}: {status}" for path, status in asked if status != 200)


def sign_in(stack: Stack) -> str:
    """Choose a password on the one-time link, as the first person does; the cookies this leaves."""
    link = LINK.search(stack.chappe("user", "add", "bench"))
    if link is None:
        raise NotReady("chappe user add printed no link")
    browser = Caller(stack.port, {})
    token = TOKEN.search(browser.get(link[1])[1].decode())
    fields = {"password": PASSWORD} | ({"csrf_token": token[1]} if token else {})
    status, _ = browser.form(link[1], urlencode(fields))
    if status not in (302, 303):
        raise NotReady(f"signing in by the one-time link answered {status}")
    return browser.headers["Cookie"]
