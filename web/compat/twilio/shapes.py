"""What comes out: a message, a list, an account, a verification, a number, as Twilio's clients read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from gateway.features.lookup.verbs import Known
from gateway.features.verify import verbs
from gateway.features.webhooks import twilio
from gateway.messages import lookup
from gateway.store.models import ApiKey, Inbound, Message, Verification
from web.compat.twilio.asked import FROM, SERVICE, own_numbers
from web.compat.twilio.door import api_key

ROOT = "/2010-04-01/Accounts"
Shape = dict[str, Any]


def account_uri() -> str:
    return f"{ROOT}/{api_key().account_sid}"


# ---- messages ------------------------------------------------------------------------------------


def of(said: Iterable[Message | Inbound]) -> list[Shape]:
    """Each as the client reads it, in order."""
    items, own = list(said), own_numbers()
    left = lookup.first_sent(item.id for item in items if isinstance(item, Message))
    return [
        _received(item, own) if isinstance(item, Inbound) else _sent(item, left.get(item.id), own)
        for item in items
    ]


def created(message: Message) -> Shape:
    """What was just asked for: with a messaging service it is "accepted" where it would be "queued"."""
    (shape,) = of([message])
    if shape["status"] == "queued" and shape["messaging_service_sid"]:
        shape["status"] = "accepted"
    return shape


def _sent(message: Message, left: datetime | None, own: Mapping[str, str]) -> Shape:
    wrong = twilio.error_of(message)
    return {
        **_message(message.uid),
        "body": message.text,
        "date_created": rfc2822(message.created_at),
        "date_sent": rfc2822(left),
        "date_updated": rfc2822(message.updated_at),
        "direction": "outbound-reply" if twilio.is_reply(message) else "outbound-api",
        "error_code": wrong[0] if wrong else None,
        "error_message": wrong[1] if wrong else None,
        "from": message.metadata.get(FROM) or own.get(message.modem or ""),
        "messaging_service_sid": message.metadata.get(SERVICE),
        "num_segments": str(message.part_count),
        "status": twilio.status_of(message),
        "to": message.recipient,
    }


def _received(message: Inbound, own: Mapping[str, str]) -> Shape:
    at = rfc2822(message.received_at)
    return {
        **_message(message.uid),
        "body": message.text,
        "date_created": at,
        "date_sent": at,
        "date_updated": at,
        "direction": "inbound",
        "error_code": None,
        "error_message": None,
        "from": message.sender,
        "messaging_service_sid": None,
        "num_segments": str(message.part_count),
        "status": "received" if message.complete else "receiving",
        "to": own.get(message.modem),
    }


def _message(uid: str) -> Shape:
    sid = f"SM{uid}"
    uri = f"{account_uri()}/Messages/{sid}"
    return {
        "account_sid": api_key().account_sid,
        "api_version": twilio.API_VERSION,
        "num_media": "0",
        "price": None,
        "price_unit": None,
        "sid": sid,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "uri": f"{uri}.json",
    }


# ---- lists ---------------------------------------------------------------------------------------


def listed(
    name: str, items: Sequence[Shape], uri: str, following: str | None = None, page: int = 0, size: int = 50
) -> Shape:
    """The envelope of 2010-04-01: nothing else may stand in it."""
    start = page * size
    return {
        name: items,
        "end": start + max(0, len(items) - 1),
        "first_page_uri": uri,
        "next_page_uri": following,
        "page": page,
        "page_size": size,
        "previous_page_uri": None,
        "start": start,
        "uri": uri,
    }


def listed_v2(name: str, items: Sequence[Shape], url: str) -> Shape:
    """The envelope of the newer products, for what fits on one page."""
    page = {"page": 0, "page_size": 50, "first_page_url": url, "previous_page_url": None}
    return {name: items, "meta": {**page, "url": url, "next_page_url": None, "key": name}}


# ---- the account ---------------------------------------------------------------------------------


def of_account(key: ApiKey) -> Shape:
    uri = account_uri()
    return {
        "sid": key.account_sid,
        "friendly_name": key.name,
        "status": "active",
        "type": "Full",
        "owner_account_sid": key.account_sid,
        "date_created": rfc2822(key.created_at),
        "date_updated": rfc2822(key.created_at),
        "subresource_uris": {
            "messages": f"{uri}/Messages.json",
            "incoming_phone_numbers": f"{uri}/IncomingPhoneNumbers.json",
        },
        "uri": f"{uri}.json",
    }


# ---- Verify and Lookup ---------------------------------------------------------------------------

STATUS = {verbs.EXHAUSTED: "max_attempts_reached"}  # the others have our names


def of_verification(row: Verification, root: str) -> Shape:
    service = service_sid()
    return {
        "sid": f"VE{row.uid}",
        "service_sid": service,
        "account_sid": api_key().account_sid,
        "to": row.number,
        "channel": "sms",
        "status": STATUS.get(row.state, row.state),
        "valid": row.state == verbs.APPROVED,
        "lookup": {},
        "amount": None,
        "payee": None,
        "sna": None,
        "send_code_attempts": [
            {"time": iso(row.sent_at), "channel": "SMS", "attempt_sid": f"VL{row.message}"}
        ],
        "date_created": iso(row.created_at),
        "date_updated": iso(row.checked_at or row.sent_at),
        "url": f"{root}/v2/Services/{service}/Verifications/VE{row.uid}",
    }


def of_check(row: Verification) -> Shape:
    return {
        "sid": f"VE{row.uid}",
        "service_sid": service_sid(),
        "account_sid": api_key().account_sid,
        "to": row.number,
        "channel": "sms",
        "status": STATUS.get(row.state, row.state),
        "valid": row.state == verbs.APPROVED,
        "amount": None,
        "payee": None,
        "sna_attempts_error_codes": [],
        "date_created": iso(row.created_at),
        "date_updated": iso(row.checked_at or row.sent_at),
    }


def of_service(key: ApiKey, name: str, root: str) -> Shape:
    """The one verification service that a key has."""
    service = service_sid()
    uri = f"{root}/v2/Services/{service}"
    return {
        "sid": service,
        "account_sid": key.account_sid,
        "friendly_name": name,
        "code_length": 6,
        "lookup_enabled": False,
        "psd2_enabled": False,
        "skip_sms_to_landlines": False,
        "dtmf_input_required": False,
        "tts_name": None,
        "do_not_share_warning_enabled": False,
        "custom_code_enabled": True,
        "push": None,
        "totp": None,
        "default_template_sid": None,
        "date_created": iso(key.created_at),
        "date_updated": iso(key.created_at),
        "url": uri,
        "links": {"verifications": f"{uri}/Verifications", "verification_checks": f"{uri}/VerificationCheck"},
    }


def service_sid() -> str:
    """Of the caller's key: its account's digits."""
    return f"VA{api_key().account_sid[2:]}"


PAID = (
    "caller_name",
    "sim_swap",
    "call_forwarding",
    "line_status",
    "identity_match",
    "reassigned_number",
    "sms_pumping_risk",
    "phone_number_quality_score",
    "pre_fill",
)
LINES = {"fixed_line": "landline", "fixed_line_or_mobile": "mobile", "voip": "fixedVoip", "mobile": "mobile"}
LINES |= {"toll_free": "tollFree", "premium_rate": "premium", "shared_cost": "sharedCost", "uan": "uan"}
LINES |= {"personal_number": "personal", "pager": "pager", "voicemail": "voicemail"}


def of_number(known: Known, root: str, wants_line: bool) -> Shape:
    """Lookup v2: what the numbering plans say; what only operators know is null."""
    line = {
        "type": LINES.get(known.type),
        "carrier_name": known.carrier,
        "mobile_country_code": None,
        "mobile_network_code": None,
        "error_code": None,
    }
    return {
        "calling_country_code": None if known.country_code is None else str(known.country_code),
        "country_code": known.region or None,
        "phone_number": known.number,
        "national_format": known.national,
        "valid": known.valid,
        "validation_errors": []
        if known.valid
        else ["INVALID_BUT_POSSIBLE" if known.possible else "NOT_A_NUMBER"],
        **dict.fromkeys(PAID),
        "line_type_intelligence": line if wants_line else None,
        "url": f"{root}/v2/PhoneNumbers/{known.number}",
    }


def of_number_v1(known: Known, root: str, wants_carrier: bool) -> Shape:
    carrier = {
        "name": known.carrier,
        "type": LINES.get(known.type),
        "mobile_country_code": None,
        "mobile_network_code": None,
        "error_code": None,
    }
    return {
        "phone_number": known.number,
        "country_code": known.region or None,
        "national_format": known.national,
        "caller_name": None,
        "carrier": carrier if wants_carrier else None,
        "add_ons": None,
        "url": f"{root}/v1/PhoneNumbers/{known.number}",
    }


# ---- instants ------------------------------------------------------------------------------------


def rfc2822(at: datetime | None) -> str | None:
    """As 2010-04-01 has it; another spelling reads as nothing."""
    return None if at is None else format_datetime(at.astimezone(UTC))


def iso(at: datetime) -> str:
    """As the newer products have it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
