"""Who visits the pages in tests, and what they find there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from html import unescape

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fakes import FakeClock, counting_ids
from gateway.config import Config
from gateway.messages import inbox, outbox
from gateway.messages.outbox import Caller, Draft
from gateway.store import database
from gateway.store.models import Message
from modem import api

PASSWORD = "a tower on every hill"
LOOKS = 60  # at what is reckoned behind a page, each after a second at the most
SIM = "8933010000000000998"


@dataclass
class Visitor:
    """Somebody at a browser without scripts: reads pages, fills forms in, carries their tokens."""

    client: FlaskClient

    def read(self, path: str, expect: int = 200) -> str:
        """The page at `path`, following redirects, as text."""
        return self._text(self.client.get(path, follow_redirects=True), expect)

    def look(self, path: str) -> str:
        """The page at `path`, once what it reckons is there; each look waits for that a little."""
        page = self.read(path)
        for _ in range(LOOKS):
            if 'http-equiv="refresh"' not in page:
                return page
            page = self.read(f"{path}?ready=1")
        raise AssertionError("it is never over")

    def send(self, path: str, expect: int = 200, form_at: str = "", **values: str) -> str:
        """Fill in the form that the page `form_at` (else `path`) shows, send it, read the answer."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.read(form_at or path, expect=200))
        assert token, "the page has no form"
        filled = {"csrf_token": token[1], **values}
        return self._text(self.client.post(path, data=filled, follow_redirects=True), expect)

    @staticmethod
    def _text(answer: TestResponse, expect: int) -> str:
        text = unescape(answer.get_data(as_text=True)).replace("\u00a0", " ")
        assert answer.status_code == expect, text
        return text


@dataclass
class Ledger:
    """What tests write down without a page: messages in any state, and what phones said."""

    site: Config
    clock: FakeClock

    def __post_init__(self) -> None:
        self.ids = counting_ids()

    def message(self, state: str = "queued", to: str = "+33639980001", text: str = "Bonjour") -> Message:
        """A message submitted through the gateway, then put into `state`."""
        self.clock.move(timedelta(seconds=1))
        with database.connection():
            message = outbox.submit(Draft(to=to, text=text), self.caller, self.clock.now())
            Message.update(state=state).where(Message.id == message.id).execute()
        return message

    @property
    def caller(self) -> Caller:
        return Caller("key:shop", self.site.appliance, self.site.modem_names, self.ids)

    def inbound(self, text: str, sender: str = "+33639980007", concat: api.Concat | None = None) -> None:
        self.clock.move(timedelta(seconds=1))
        part = api.InboundPart(sender, text, api.Alphabet.GSM7, self.clock.now(), concat)
        heard = api.Heard("sim1", SIM, f"{sender}{text}".encode().hex(), part, None)
        with database.connection():
            inbox.take(heard, self.caller, self.clock.now())
