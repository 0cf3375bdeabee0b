"""/metrics: what Prometheus asks, by the names of `web.measures`.

On the machine itself no key is needed; whoever comes from elsewhere, or through a proxy, needs one that
reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, Response, request

from web import problems
from web.api import auth
from web.measures import COUNTER, MEASURES, Reckoned, samples
from web.memory import Kept
from web.office import office

if TYPE_CHECKING:
    from prometheus_client import Metric

# Whoever says one of these speaks for somebody else: then the machine it comes from says nothing.
FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")

pages = Blueprint("metrics", __name__)
reckoned = Kept(lambda _: Reckoned())
problems.attach(pages)


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/metrics")
def show() -> Response:
    """Everything in the format that was asked for; raises a Problem 401 or 403."""
    from prometheus_client import exposition  # a megabyte that most never need

    if not is_local():
        auth.authorize("read")
    encode, media_type = exposition.choose_encoder(request.headers.get("Accept", ""))
    return Response(encode(_Now()), content_type=media_type)


def is_local() -> bool:
    """Whether the caller is on this machine, and speaks for itself."""
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        address: Any = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


class _Now:
    """What the library takes for a registry: every family in the order of the table."""

    def collect(self) -> Iterator[Metric]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        kinds = {COUNTER: CounterMetricFamily}
        here = office()
        families = {
            name: kinds.get(measure.kind, GaugeMetricFamily)(name, measure.about, labels=measure.labels)
            for name, measure in MEASURES.items()
        }
        for sample in samples(here.config, here.clock, reckoned()):
            families[sample.name].add_metric(sample.labels, sample.value)
        yield from (family for family in families.values() if family.samples)
