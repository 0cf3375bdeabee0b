"""/api/v1/appointments: what people are reminded of."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, g, jsonify
from marshmallow import fields

from gateway import wake
from gateway.access import allowances
from gateway.features.reminders import appointments
from gateway.features.reminders.appointments import LONGEST_ID, MOST_SHOWN, Wish
from gateway.features.reminders.calendar import LONGEST_NAME, LONGEST_WORDS
from gateway.features.reminders.states import STATES
from gateway.messages import numbers
from gateway.store.models import Appointment
from web.api.auth import needs, source
from web.api.fields import WHEN, Flag, Instant, QueryInstant, QueryNumber, Text, about
from web.api.framework import Section, refuses
from web.api.inputs import Strict
from web.api.outputs import Answer, PageSchema, always, maybe
from web.office import office

section = Section(
    "appointments", __name__, url_prefix="/api/v1", description="Appointments of which people are reminded."
)
SPAN = timedelta(days=31)
ID = "booking-4711"


def _words(most: int, text: str, example: str) -> Text:
    return Text(load_default="", metadata=about(f"{text} At most {most} characters.", example))


class NewAppointmentSchema(Strict):
    id = Text(
        required=True,
        metadata=about(
            f"Your own name for it, at most {LONGEST_ID} characters: once more, it is the same appointment.",
            ID,
        ),
    )
    to = Text(required=True, metadata=about("The number of whoever comes.", "+33612345678"))
    starts_at = Instant(required=True, metadata=about("When it begins.", WHEN))
    ends_at = Instant(
        load_default=None,
        allow_none=True,
        metadata=about("When it ends. Absent or null: half an hour later.", WHEN),
    )
    name = _words(LONGEST_NAME, "Who comes. Absent: what the contacts say.", "Anna Durand")
    title = _words(LONGEST_WORDS, "What for; {subject} in a text.", "")
    place = _words(LONGEST_WORDS, "Where; {place} in a text.", "12 rue de la Gare")


class AppointmentSchema(Answer):
    id = always(Text, metadata=about("Your own name for it, or the calendar's.", ID))
    to = always(Text, metadata=about("The number; empty where the calendar names none.", "+33612345678"))
    name = always(Text, metadata=about("Who comes.", "Anna Durand"))
    title = always(Text, metadata=about("What for.", ""))
    place = always(Text, metadata=about("Where.", ""))
    starts_at = always(Instant, metadata=about("When it begins.", WHEN))
    ends_at = always(Instant, metadata=about("When it ends.", WHEN))
    all_day = always(Flag, metadata=about("It has no hour.", False))
    state = always(
        Text,
        metadata=about(
            "What became of it; declined: the person cannot come.", "confirmed", enum=list(STATES)
        ),
    )
    calendar = always(Text, metadata=about("The calendar's name.", "Salon"))
    problem = maybe(Text, metadata=about("Why nobody can be reminded, or null.", "appointment_no_number"))


class AppointmentPageSchema(PageSchema):
    items = always(fields.Nested, AppointmentSchema(many=True), metadata=about("By their start."))


class AppointmentsQuerySchema(Strict):
    since = QueryInstant(load_default=None, metadata=about("From this instant on. Absent: now.", WHEN))
    until = QueryInstant(
        load_default=None, metadata=about("Before this instant. Absent: 31 days after `since`.", WHEN)
    )
    to = QueryNumber(load_default="", metadata=about("Only of this number.", "+33612345678"))


@section.route("/appointments", methods=["POST"], endpoint="put")
@needs("send")
@section.doc(operationId="putAppointment")
@section.arguments(NewAppointmentSchema())
@section.response(201, AppointmentSchema(), description="Written down; its reminders wait")
@section.alt_response(200, schema=AppointmentSchema(), description="Known by its id; brought up to date")
@refuses(400, 403, 413, 415)
def put(body: dict[str, Any]) -> Response:
    """Write down an appointment, or bring the one of that id up to date: moved, another's, on again."""
    here = office()
    _reach()
    site = here.config.appliance
    kept = appointments.put(Wish(**body), source(), site, here.ids, here.clock.now())
    wake.ring(site.runtime_dir)
    answer: Response = jsonify(AppointmentSchema().dump(_told(kept.appointment)))
    answer.status_code = 201 if kept.is_new else 200
    return answer


@section.route("/appointments", endpoint="listing")
@needs("read")
@section.doc(operationId="listAppointments")
@section.arguments(AppointmentsQuerySchema(), location="query")
@section.response(200, AppointmentPageSchema())
def listing(query: dict[str, Any]) -> dict[str, Any]:
    """List the appointments of a span, of every calendar, by their start: the first thousand."""
    here = office()
    begin = query["since"] or here.clock.now()
    until = query["until"] or begin + SPAN
    number = numbers.parse(query["to"], here.config.appliance.country) if query["to"] else ""
    found = appointments.between(begin, until, number, MOST_SHOWN)
    return {"items": [_told(of) for of in found], "next": None}


@section.route("/appointments/<path:key>/cancel", methods=["POST"], endpoint="cancel")
@needs("send")
@section.doc(operationId="cancelAppointment")
@section.response(200, AppointmentSchema())
@refuses(404, 409)
def cancel(key: str) -> dict[str, Any]:
    """Say that the appointment with this id of your own does not take place."""
    here = office()
    _reach()
    site = here.config.appliance
    of = appointments.cancel(appointments.by_id(key).uid, source(), site, here.clock.now())
    wake.ring(site.runtime_dir)
    return _told(of)


def _reach() -> None:
    """What the gateway writes because of an appointment, the key might send itself; raises Forbidden."""
    allowances.check_wide(g.api_key, "notification", office().config.modem_names)


def _told(of: Appointment) -> dict[str, Any]:
    names = ("name", "title", "place", "starts_at", "ends_at", "all_day", "state", "problem")
    told = {name: getattr(of, name) for name in names}
    return {"id": of.key, "to": of.number, "calendar": of.calendar.name, **told}
