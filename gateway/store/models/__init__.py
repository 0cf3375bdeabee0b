"""The ledger's tables.  Only `gateway.messages.lifecycle` writes a `state`."""

from __future__ import annotations

from gateway.store.models.fields import InstantField, Row
from gateway.store.models.inbound import Conversation, Inbound, InboundPart, Quarantine
from gateway.store.models.modems import Alarm, Call, Incident, ModemRequest, SelfTest, Sim, SimPin
from gateway.store.models.outbound import ConcatReference, History, Message, Part, StatusReport
from gateway.store.models.people import ApiKey, OneTimeLink, Setting, SignIn, User

TABLES = (
    Message,
    Part,
    History,
    Inbound,
    InboundPart,
    StatusReport,
    Quarantine,
    Conversation,
    ConcatReference,
    User,
    SignIn,
    OneTimeLink,
    ApiKey,
    SimPin,
    Sim,
    Incident,
    Alarm,
    ModemRequest,
    Call,
    SelfTest,
    Setting,
)

__all__ = [
    "TABLES",
    "Alarm",
    "ApiKey",
    "Call",
    "ConcatReference",
    "Conversation",
    "History",
    "Inbound",
    "InboundPart",
    "Incident",
    "InstantField",
    "Message",
    "ModemRequest",
    "OneTimeLink",
    "Part",
    "Quarantine",
    "Row",
    "SelfTest",
    "Setting",
    "SignIn",
    "Sim",
    "SimPin",
    "StatusReport",
    "User",
]
