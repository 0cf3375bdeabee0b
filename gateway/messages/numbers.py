"""What people type as a number becomes E.164, a short code, or a clear refusal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers

from gateway.errors import Invalid

TYPED = re.compile(r"[0-9+().\-/\s\u00a0\u202f\u2011]+")
PREFIX = re.compile(r"\+[1-9][0-9]{0,14}")
MOST_PREFIXES = 100
BETWEEN_PREFIXES = re.compile(r"[,;\n]|\s+(?=[+A-Za-z]|00)")
AS_IT_IS = re.compile(r"\+33[1-9][0-9]{8}")  # the library gives it back unchanged, a hundred times slower
SHORT_CODE = re.compile(r"[0-9]{3,6}")

# What a number is, by the library's word for it.
TYPES = (
    *("fixed_line", "mobile", "fixed_line_or_mobile", "toll_free", "premium_rate", "shared_cost", "voip"),
    *("personal_number", "pager", "uan", "voicemail", "short_code", "unknown"),
)
FRENCH_MOBILE = ("+336", "+337")  # by the numbering plan, also where no operator was given the range yet

# National prefixes of the French overseas territories: typed in France, they belong to another region.
FRENCH_OVERSEAS = {
    "0690": "GP",
    "0691": "GP",
    "07090": "GP",
    "0696": "MQ",
    "0697": "MQ",
    "07091": "MQ",
    "0694": "GF",
    "0692": "RE",
    "0693": "RE",
    "07092": "RE",
    "0708": "PM",
}


def parse(typed: str, country: str) -> str:
    """E.164 with "+", or a short code's digits; raises Invalid on the field `to`."""
    if AS_IT_IS.fullmatch(typed):
        return typed
    text = re.sub(r"[\s\u2011]+", " ", typed).strip()
    if not text:
        raise Invalid("number_missing", field="to")
    if not TYPED.fullmatch(text):
        wrong = next(char for char in text if not TYPED.fullmatch(char))
        raise Invalid("number_has_letter", field="to", value=typed, char=wrong)
    digits = re.sub(r"[^0-9]", "", text)
    if SHORT_CODE.fullmatch(digits) and not text.startswith("+"):
        return digits
    return _international(text, digits, country, typed)


def _international(text: str, digits: str, country: str, typed: str) -> str:
    try:
        number = phonenumbers.parse(text, _region(digits, country))
    except phonenumbers.NumberParseException as error:
        raise Invalid("bad_number", field="to", value=typed) from error
    if not phonenumbers.is_possible_number(number):
        raise Invalid("bad_number", field="to", value=typed)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _region(digits: str, country: str) -> str:
    if country == "FR":
        for prefix, region in FRENCH_OVERSEAS.items():
            if digits.startswith(prefix):
                return region
    return country


def prefixes(typed: str) -> tuple[str, ...]:
    """The beginnings of numbers that somebody typed, as "+33": "+33 6 39, FR; 00590"; raises Invalid on the
    field `prefix`.  A country's two letters stand for its calling code, which a few countries share."""
    found = tuple(sorted({*_prefixes(typed)}))
    if len(found) > MOST_PREFIXES:
        raise Invalid("too_many_prefixes", field="prefix", most=MOST_PREFIXES)
    return found


def _prefixes(typed: str) -> Iterator[str]:
    for one in BETWEEN_PREFIXES.split(typed):
        text = re.sub(r"[\s.()\-]+", "", one)
        if re.fullmatch(r"[A-Za-z]{2}", text):
            text = f"+{phonenumbers.country_code_for_region(text.upper())}"
        elif text.startswith("00"):
            text = f"+{text[2:]}"
        if PREFIX.fullmatch(text):
            yield text
        elif text:
            raise Invalid("bad_prefix", field="prefix", value=one.strip())


def same(one: str, other: str) -> bool:
    """True when two writings can be one number: equal, or equal in the last nine digits."""
    if one == other:
        return True
    tails = [re.sub(r"[^0-9]", "", number)[-9:] for number in (one, other)]
    return len(tails[0]) == 9 and tails[0] == tails[1]


@lru_cache(maxsize=512)
def region(number: str) -> str:
    """The country or territory of an E.164 number ("FR", "GP"), whether anybody has it or not; "" unknown."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ""
    if number.startswith("+262639"):
        return "YT"  # Mayotte's, also where no operator was given it: the metadata would say Réunion
    of_code: str = phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    found: str = phonenumbers.region_code_for_number(parsed) or of_code
    return "" if found in ("ZZ", "001") else found


@dataclass(frozen=True, slots=True)
class Particulars:
    """What the numbering plans say of a number; `carrier` is None where that table is not installed."""

    number: str
    valid: bool
    possible: bool
    type: str  # of TYPES
    country_code: int | None
    national: str
    carrier: str | None


@lru_cache(maxsize=512)
def kind(number: str) -> str:
    """What an E.164 number is, one of TYPES; a number without "+" is a short code."""
    if not number.startswith("+"):
        return "short_code"
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return "unknown"
    found = str(phonenumbers.PhoneNumberType.to_string(phonenumbers.number_type(parsed))).lower()
    if found == "unknown" and number.startswith(FRENCH_MOBILE) and phonenumbers.is_possible_number(parsed):
        return "mobile"
    return found if found in TYPES else "unknown"


def particulars(typed: str, country: str) -> Particulars:
    """What is known of a typed number, whether anybody can have it or not; raises Invalid on `to`."""
    try:
        number = parse(typed, country)
    except Invalid as error:
        if error.code != "bad_number":
            raise
        return _impossible(typed, country)
    if not number.startswith("+"):
        return Particulars(number, True, True, "short_code", None, number, None)
    parsed = phonenumbers.parse(number)
    valid = bool(phonenumbers.is_valid_number(parsed))
    national = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    return Particulars(
        number, valid, True, kind(number), parsed.country_code, str(national), _carrier(parsed)
    )


def _impossible(typed: str, country: str) -> Particulars:
    """Digits that no numbering plan knows; raises Invalid where they are not even that."""
    try:
        parsed = phonenumbers.parse(typed, country)
    except phonenumbers.NumberParseException as error:
        raise Invalid("bad_number", field="to", value=typed) from error
    number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    national = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    return Particulars(str(number), False, False, "unknown", parsed.country_code, str(national), None)


def _carrier(parsed: phonenumbers.PhoneNumber) -> str | None:
    """To whom the range was given; the number itself may have moved.  Only with the large tables."""
    try:
        from phonenumbers import carrier
    except ImportError:
        return None
    return carrier.name_for_number(parsed, "en") or None
