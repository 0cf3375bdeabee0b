"""A program that speaks Twilio's dialect: the official client, and plain HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests
from twilio.rest import Client

from gateway.access.keys import NewKey

OURS = "+33700000001"  # the number of sim1


@dataclass
class Program:
    """A program with an account: the official client, and plain HTTP."""

    root: str
    key: NewKey
    client: Client

    @property
    def auth(self) -> tuple[str, str]:
        return self.key.account_sid, self.key.auth_token

    @property
    def messages(self) -> str:
        return f"{self.root}/2010-04-01/Accounts/{self.key.account_sid}/Messages.json"

    def call(self, method: str, path: str, **how: Any) -> requests.Response:
        how.setdefault("auth", self.auth)
        url = path if path.startswith("http") else self.root + path
        with requests.Session() as session:
            return session.request(method, url, timeout=10, **how)

    def post(self, **fields: Any) -> requests.Response:
        return self.call("POST", self.messages, data={"To": "+33639980001", "From": OURS, **fields})
