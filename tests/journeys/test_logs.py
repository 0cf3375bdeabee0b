"""What is logged, at the most talkative level, holds nobody's number and nothing that was said."""

from __future__ import annotations

import re
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from stack import Stack, until

ANNA, ANSWERS, WRONG = "+33639980001", "+33639980007", "+33639980123"
SECRET = "Rosalind quartz 4471"
TALKATIVE = 'log_level = "debug"\n'


class Talkative(Stack):
    def _written(self) -> str:
        return super()._written().replace("[appliance]\n", f"[appliance]\n{TALKATIVE}")


def ask(stack: Stack, path: str, form: dict[str, str] | None = None) -> int:
    data = urllib.parse.urlencode(form).encode() if form is not None else None
    try:
        with urllib.request.urlopen(stack.url + path, data, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_the_logs_of_a_whole_day_hold_no_number_and_no_text(tmp_path: Path) -> None:
    with Talkative(tmp_path) as stack:
        stack.wait_for(stack.send(ANNA, SECRET), "delivered")
        stack.send(ANSWERS, SECRET)
        stack.modem(do="inject", sender=ANNA, text=f"{SECRET}?")
        stack.modem(do="inject", sender=ANSWERS, text="STOP")
        until(lambda: len(stack.inbound()) >= 2, "what was received")
        stack.api("POST", "/api/v1/messages", {"to": ANNA, "text": SECRET * 99})
        stack.api("POST", "/api/v1/messages", {"to": f"{ANNA}x", "text": SECRET, SECRET: 1})
        stack.api("GET", f"/api/v1/contacts/{urllib.parse.quote(ANNA)}")
        stack.api("PUT", f"/api/v1/contacts/{urllib.parse.quote(ANNA)}", {"name": SECRET})
        stack.api("POST", "/api/v1/verifications", {"to": ANNA, "code": "44717351"})
        assert ask(stack, f"/conversations/{ANNA}?q={urllib.parse.quote(SECRET)}") == 200  # the door
        assert ask(stack, f"/conversations/{ANNA}", {"text": SECRET}) in (400, 401, 403)
        assert ask(stack, "/sign-in", {"name": ANNA, "password": SECRET}) in (400, 401, 422)
        until(lambda: "sim1" in stack.log("gateway"), "something in the log")
        stack.stop("web")
        stack.stop("gateway")
        said = stack.log("gateway") + stack.log("web")
    assert re.search(r"^[DI] ", said, re.MULTILINE)  # it was let talk
    wrong = [
        line for line in said.splitlines() if re.search(r"6\s?39\s?98\s?00|Rosalind|quartz|44717351", line)
    ]
    assert wrong == []
