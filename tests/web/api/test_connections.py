"""What the help gives to paste into other programs: the HTTP in it is what this appliance takes."""

from __future__ import annotations

import json
import re
from typing import Any

from jinja2 import Environment

from gateway.store import database
from gateway.store.models import Message
from web.pages.connections import piece

ROOT = "http://192.0.2.7:8080"
LINE = re.compile(r"""['"](?P<name>[\w-]+)['"]\s*=>\s*(?P<value>.+),$""", re.MULTILINE)


def messages() -> list[tuple[str, str, str]]:
    with database.connection():
        return [(row.recipient, row.text, row.category) for row in Message.select().order_by(Message.id)]


def test_what_is_pasted_into_woocommerce_sends_one_message_an_order(shop: Any) -> None:
    php = piece("woocommerce", ROOT, "Le Fournil : commande %s prête.").replace("KEY", shop.key)
    (url,) = re.findall(r"wp_remote_post\('([^']+)'", php)
    said = {found["name"]: found["value"].strip("'\"") for found in LINE.finditer(php)}
    order = {"to": "06 39 98 00 01", "text": said["text"].partition("'")[2].partition("'")[0] % "4711"}
    assert (said["to"], said["text"][:8]) == ("$order->get_billing_phone()", "sprintf(")
    headers = {name: said[name] for name in ("Authorization", "Content-Type", "Idempotency-Key")}
    headers["Idempotency-Key"] = headers["Idempotency-Key"].replace("$id", "31")
    assert url.startswith(ROOT)
    for _ in range(2):
        answer = shop.call("POST", url.removeprefix(ROOT), data=json.dumps(order), headers=headers)
        assert answer.status_code == 202
    assert messages() == [("+33639980001", "Le Fournil : commande 4711 prête.", "notification")]


def test_what_is_pasted_into_home_assistant_sends_an_alert(shop: Any) -> None:
    yaml = piece("home-assistant", ROOT, "Fuite d’eau à la cave").replace("KEY", shop.key)
    (url,), (key,), (kind,) = (
        re.findall(rf'^ +{name}: "([^"]+)"$', yaml, re.MULTILINE)
        for name in ("url", "Authorization", "content_type")
    )
    (payload,) = re.findall(r"^ +payload: '(.+)'$", yaml, re.MULTILINE)
    (to,), (text,) = (
        re.findall(rf'^ +{name}: "([^"]+)"$', yaml, re.MULTILINE)[-1:] for name in ("to", "text")
    )
    env = Environment(autoescape=False)  # as Home Assistant renders it, to JSON
    env.filters["to_json"] = json.dumps
    body = env.from_string(payload).render(to=to, text=f'{text} "2"')
    answer = shop.call(
        "POST",
        url.removeprefix(ROOT),
        data=body,
        headers={"Authorization": key, "Content-Type": kind},
    )
    assert answer.status_code == 202
    assert messages() == [("+33639980001", 'Fuite d’eau à la cave "2"', "alert")]


def test_what_n8n_is_told_to_send_is_taken(shop: Any) -> None:
    answer = shop.call("POST", "/api/v1/messages", json={"to": "+33639980001", "text": "Bonjour"})
    assert answer.status_code == 202
