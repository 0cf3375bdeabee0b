"""What the process of the page carries about while nobody asks it for anything."""

from __future__ import annotations

import subprocess
import sys

GATEWAY = {"serial", "gsmmodem", "gpiozero", "apscheduler", "gateway.daemon", "modem.session"}
ONE_REQUEST = {  # the check-up, a calendar, a table, a webhook, a mail, a certificate, a pace, a poster
    *("gateway.doctor.examine", "gateway.doctor.bundle", "modem.finder", "icalendar", "xlsxwriter"),
    *(
        "recurring_ical_events",
        "python_calamine",
        "urllib3",
        "smtplib",
        "asyncio",
        "web.tls",
        "statistics",
        "segno",
    ),
}
CHECKOUT = {"babel.messages"}  # compiles its words


def test_what_only_the_gateway_or_single_requests_need_is_not_loaded_at_the_start() -> None:
    names = "import sys, web.serve; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", names], capture_output=True, text=True, check=True)
    loaded = set(told.stdout.split())
    assert {"web.serve", "web.pages.doctor"} <= loaded
    assert sorted(loaded & (GATEWAY | ONE_REQUEST | CHECKOUT)) == []
