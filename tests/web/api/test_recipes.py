"""The recipes of the documentation run as they are pasted."""

from __future__ import annotations

import ast
import http.client
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.features.webhooks import signing
from gateway.store import database
from gateway.store.models import Message
from stack import free_port
from web.api.recipes import recipes

COMMANDS = {
    "curl": ("curl", ["sh", "-c"]),
    "Python": ("python3", [sys.executable, "-c"]),
    "PHP": ("php", ["php", "-r"]),
    "Node": ("node", ["node", "--input-type=module", "-e"]),
}
SECRET = "whsec_" + "c2VjcmV0IG9mIHRoZSBzaG9w"
EVENT = json.dumps({"type": "message.received", "data": {"text": "Bonjour"}}).encode()


def program(root: str, recipe: str, language: str) -> str:
    if shutil.which(COMMANDS[language][0]) is None:
        pytest.skip(f"{COMMANDS[language][0]} is not installed")
    (found,) = (one for one in recipes(root) if one.name == recipe)
    return found.programs[language]


def run(source: str, language: str, key: str) -> str:
    source = source.replace("KEY", key).replace("wait=60", "wait=0").removeprefix("<?php")
    done = subprocess.run(
        [*COMMANDS[language][1], source], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("language", COMMANDS)
def test_many_get_words_of_their_own_one_is_taken_back_and_what_came_in_is_read(
    address: str, shop: Any, language: str, received: Callable[..., str]
) -> None:
    run(program(address, "recipe-bulk", language), language, shop.key)
    run(program(address, "recipe-send", language), language, shop.key)
    with database.connection():
        rows = list(Message.select().order_by(Message.id))
        texts = [row.text for row in rows]
    ready = "your order is ready."
    assert texts == [f"Hello Zoé, {ready}", f"Hello Ana, {ready}", "Your order is ready."]
    run(program(address, "recipe-cancel", language).replace("ID", rows[0].uid), language, shop.key)
    with database.connection():
        assert Message.get_by_id(rows[0].id).state == "canceled"
    received("+33639980006", "Merci beaucoup", minutes=60)
    assert "Merci beaucoup" in run(program(address, "recipe-poll", language), language, shop.key)


@pytest.mark.parametrize("language", ["Python", "Node"])
def test_a_receiver_believes_what_the_appliance_signed_and_nothing_else(
    language: str, tmp_path: Path
) -> None:
    port = free_port()
    source = program("http://127.0.0.1", "recipe-webhook", language)
    source = source.replace("SECRET", SECRET).replace("8000", str(port))
    with (tmp_path / "said").open("w+") as said:
        receiver = subprocess.Popen([*COMMANDS[language][1], source], stdout=said, stderr=subprocess.STDOUT)
        try:
            now = int(time.time())
            signed = signing.standard(SECRET, "msg_1", now, EVENT)
            other = signing.standard("whsec_b3RoZXI=", "msg_1", now, EVENT)
            assert _post(port, signed) == 204
            assert (
                _post(port, {**signed, "webhook-signature": f"v1,AAAA {signed['webhook-signature']}"}) == 204
            )
            assert _post(port, other) == 401
            assert _post(port, signing.standard(SECRET, "msg_1", now - 3600, EVENT)) == 401
            assert _post(port, {**signed, "webhook-id": "msg_2"}) == 401
        finally:
            receiver.kill()
            receiver.wait()
        said.seek(0)
        assert said.read().count("message.received") == 2


def test_every_recipe_holds_together_in_every_language() -> None:
    known = recipes("http://127.0.0.1")
    assert [recipe.name for recipe in known] == [
        f"recipe-{name}" for name in ("send", "bulk", "cancel", "poll", "webhook")
    ]
    for recipe in known:
        ast.parse(recipe.programs["Python"])
        assert {"Python", "PHP", "Node"} <= recipe.programs.keys()


def test_php_writes_lists_and_words_as_php_does() -> None:
    bulk = next(recipe for recipe in recipes("http://a") if recipe.name == "recipe-bulk").programs["PHP"]
    assert "['recipients' => [['to' => '+33639980001', 'variables' => ['first' => 'Zoé']], [" in bulk


def _post(port: int, headers: dict[str, str]) -> int:
    """The receiver's answer; it may still be starting."""
    deadline = time.monotonic() + 20
    while True:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            line.request("POST", "/", EVENT, headers)
            return line.getresponse().status
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        finally:
            line.close()
