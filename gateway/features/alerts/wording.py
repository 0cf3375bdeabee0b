"""The text of a group of alerts: a template with gaps, filled from what the program told.

`{status}`, `{title}`, `{severity}`, `{summary}`, `{count}`, `{url}`, and any label or annotation:
`{labels.instance}`, `{annotations.runbook_url}`.  What has no value leaves no trace.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway import letters
from gateway.errors import Invalid, on_field
from gateway.features.alerts.payloads import Alert, Notification
from gateway.messages import templating, texts

GAPS = ("status", "title", "severity", "summary", "count", "url")
OWN = ("labels.", "annotations.")
SUMMARIES = ("summary", "description", "message")  # annotations, the shortest by custom first
MOST_PARTS = 3
MOST_VALUES = 3  # of one label, where the alerts differ
LONGEST_TEMPLATE = 500
LONGEST_TEXT = MOST_PARTS * 160
CUT = "..."


def told(name: str, language: str) -> str:
    """A text of config/texts."""
    return letters.table("alerts", language)[name]


def check(template: str) -> None:
    """Raises Invalid on the field `template`: too long, or a gap that means nothing."""
    if len(template) > LONGEST_TEMPLATE:
        raise Invalid("text_long", field="template", most=LONGEST_TEMPLATE)
    with on_field("template"):
        texts.clean(template)
        gaps = templating.gaps(template)
    for gap in gaps:
        name = templating.fold(gap.name)
        if name not in GAPS and not (name.startswith(OWN) and name not in OWN):
            known = " ".join(f"{{{each}}}" for each in (*GAPS, "labels.instance"))
            raise Invalid("variable_unknown", field="template", value=gap.name, known=known)


def write(template: str, notification: Notification, language: str) -> str:
    """The text, cut to MOST_PARTS; "" is the template of config/texts."""
    values = _values(notification, language)
    filled = templating.fill(template or told("template", language), values).text
    return fit(filled.strip() or values["status"])


def title(notification: Notification) -> str:
    """What the alerts are called."""
    names = _each(notification.shown, "alertname")
    return _plain(names or notification.title)


def fit(text: str) -> str:
    """As much of the text as fits the parts that an alert may take; it ends in dots where that is not all."""
    short = text[:LONGEST_TEXT].rstrip()
    if short == text.rstrip() and _parts(text) <= MOST_PARTS:
        return text
    enough, too_much = 0, len(short) + 1
    while too_much - enough > 1:
        middle = (enough + too_much) // 2
        fits = _parts(short[:middle].rstrip() + CUT) <= MOST_PARTS
        enough, too_much = (middle, too_much) if fits else (enough, middle)
    return short[:enough].rstrip() + CUT


def _parts(text: str) -> int:
    return len(texts.write(text, smart=True).split.spans)


def _values(notification: Notification, language: str) -> dict[str, str]:
    """By folded name, as `templating.fill` looks for them."""
    shown = notification.shown
    found = {
        "status": told("firing" if notification.is_firing else "resolved", language),
        "title": title(notification),
        "severity": _each(shown, "severity"),
        "summary": next(_summaries(shown), ""),
        "count": str(len(shown) + notification.more),
        "url": next((alert.url for alert in shown if alert.url), notification.url),
    }
    for name in dict.fromkeys(name for alert in shown for name in alert.labels):
        found[templating.fold(f"labels.{name}")] = _each(shown, name)
    for name, value in (
        (name, value) for alert in reversed(shown) for name, value in alert.annotations.items()
    ):
        found[templating.fold(f"annotations.{name}")] = value
    return {name: _plain(value) for name, value in found.items()}


def _each(alerts: Sequence[Alert], label: str) -> str:
    """The values of a label, each once."""
    found = list(dict.fromkeys(value for alert in alerts if (value := alert.labels.get(label, "").strip())))
    return ", ".join(found[:MOST_VALUES]) + (CUT if len(found) > MOST_VALUES else "")


def _summaries(alerts: Sequence[Alert]) -> Iterator[str]:
    return (
        text for alert in alerts for name in SUMMARIES if (text := alert.annotations.get(name, "").strip())
    )


def _plain(value: str) -> str:
    """In one line, without what no phone can show."""
    return " ".join(texts.CONTROL.sub("", value).split())
