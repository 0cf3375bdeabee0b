"""What people chose about codes, and for whom the brake is on: two rows of the settings, read anew each time.

`codes.rules` holds what differs from the usual; `codes.watch` for each key ("key:3") and country
("region:FR") the brake, and since when its codes are watched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from gateway import audit, digits
from gateway.errors import Invalid, NotFound
from gateway.messages import numbers
from gateway.policy.pumping import LIMITS, TYPES, Limits, Rules
from gateway.store import choices, codes, database
from gateway.store.codes import RULES, WATCH
from gateway.store.models import ApiKey

BY = "gateway:verify"  # the watch
LEAST, MOST = 1, 100_000  # of a limit
COUNTRY = re.compile(r"[A-Z]{2}")  # ISO 3166-1
MOST_COUNTRIES = 50
BARRED = re.compile(r"\+[1-9]\d{2,14}")  # more than a country: that one is not among those that get codes
MOST_BARRED = 500
# Territories in which a French number may be; the far ones, in the Pacific, are called at another price.
FRENCH = ("FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF")


@dataclass(frozen=True, slots=True)
class Brake:
    """Since when only a tenth may leave; `by` "" is the watch, which saw so many and so many typed back."""

    at: datetime
    by: str = ""
    seen: int = 0
    validated: int = 0


@dataclass(frozen=True, slots=True)
class Watched:
    """A key's or a country's brake (None: off), and since when its codes count for the watch."""

    brake: Brake | None = None
    since: datetime | None = None


def read() -> Rules:
    """The rules as they are chosen now."""
    return _parsed(codes.chosen())[0]


def watched() -> Mapping[str, Watched]:
    """The keys and countries of which there is something to tell, as "key:3" and "region:FR"."""
    return _parsed(codes.chosen())[1]


def both() -> tuple[Rules, Mapping[str, Watched]]:
    return _parsed(codes.chosen())


def countries(rules: Rules, home: str) -> tuple[str, ...]:
    """The regions that may get codes; `home` is the appliance's country."""
    return rules.countries or (FRENCH if home == "FR" else (home,))


def of_key(key: ApiKey) -> str:
    return f"key:{key.id}"


def of_region(region: str) -> str:
    return f"region:{region}"


@lru_cache(maxsize=2)
def _parsed(rows: tuple[tuple[str, str], ...]) -> tuple[Rules, Mapping[str, Watched]]:
    found = {name: json.loads(value) for name, value in rows}
    kept, usual = found.get(RULES, {}), Rules()
    rules = Rules(
        limits=Limits(**{name: most for name, most in kept.get("limits", {}).items() if name in LIMITS}),
        countries=tuple(kept.get("countries", usual.countries)),
        types=tuple(kept.get("types", usual.types)),
        least_validated=kept.get("least_validated", usual.least_validated),
        barred=tuple(kept.get("barred", usual.barred)),
    )
    return rules, {subject: _watched(row) for subject, row in found.get(WATCH, {}).items()}


def _watched(row: Mapping[str, Any]) -> Watched:
    brake = row.get("brake")
    since = row.get("since")
    return Watched(
        Brake(**{**brake, "at": datetime.fromisoformat(brake["at"])}) if brake else None,
        datetime.fromisoformat(since) if since else None,
    )


# ---- choosing ------------------------------------------------------------------------------------


def choose(rules: Rules, by: str, now: datetime) -> None:
    """Raises Invalid on the limit's name, `countries`, `types`, `least_validated` or `barred`; nothing
    changed then."""
    _check(rules)
    ordered = replace(
        rules, countries=tuple(sorted({*rules.countries})), barred=tuple(sorted({*rules.barred}))
    )
    with database.transaction():
        choices.keep(RULES, asdict(ordered))
        told = {name: most for name, most in asdict(ordered.limits).items() if most != _usual(name)}
        audit.write(
            by,
            "codes_changed",
            now,
            countries=" ".join(ordered.countries),
            types=" ".join(ordered.types),
            least=ordered.least_validated,
            barred=len(ordered.barred),  # how many: whole numbers are people's
            **told,
        )


def _usual(name: str) -> int:
    return int(getattr(Limits(), name))


def _check(rules: Rules) -> None:
    for name, most in asdict(rules.limits).items():
        if not LEAST <= most <= MOST:
            raise Invalid("out_of_range", field=name, least=LEAST, most=MOST)
    for country in rules.countries:
        if not COUNTRY.fullmatch(country):
            raise Invalid("country_unknown", field="countries", value=country)
    if len(rules.countries) > MOST_COUNTRIES:
        raise Invalid("out_of_range", field="countries", least=0, most=MOST_COUNTRIES)
    if not rules.types or not {*rules.types} <= {*TYPES}:
        wrong = next((one for one in rules.types if one not in TYPES), "")
        raise Invalid("number_type_unknown", field="types", value=wrong, known=", ".join(TYPES))
    if not 0 <= rules.least_validated <= 100:
        raise Invalid("out_of_range", field="least_validated", least=0, most=100)
    _check_barred(rules.barred)


def _check_barred(barred: Sequence[str]) -> None:
    for one in barred:
        if not BARRED.fullmatch(one):
            raise Invalid("barred_bad", field="barred", value=one)
    if len(barred) > MOST_BARRED:
        raise Invalid("out_of_range", field="barred", least=0, most=MOST_BARRED)


def brake(subject: str, by: str, now: datetime, seen: int = 0, validated: int = 0) -> bool:
    """Let only a tenth of the codes of this key or country leave; False: the brake was on already."""
    named(subject)
    with database.transaction():
        known = watched().get(subject, Watched())
        if known.brake is not None:
            return False
        _keep(subject, Watched(Brake(now, by, seen, validated), known.since))
        audit.write(by or BY, "codes_braked", now, shown=named(subject))
    return True


def release(subject: str, by: str, now: datetime) -> bool:
    """Let all leave again; what left before counts for the watch no more.  False: the brake was off."""
    named(subject)
    with database.transaction():
        known = watched().get(subject, Watched())
        if known.brake is None:
            return False
        _keep(subject, Watched(None, now))
        audit.write(by or BY, "codes_released", now, shown=named(subject))
    return True


def named(subject: str) -> str:
    """A key's name, or a country's two letters; raises NotFound."""
    kind, _, rest = subject.partition(":")
    if kind == "region" and COUNTRY.fullmatch(rest):
        return rest
    key = ApiKey.get_or_none(ApiKey.id == digits.number(rest)) if kind == "key" else None
    if key is None:
        raise NotFound("brake_unknown", value=subject)
    return str(key.name)


def subject_of(typed: str) -> str:
    """What somebody means by a key's name or a country's two letters; raises NotFound."""
    key = ApiKey.get_or_none(ApiKey.name == typed)
    if key is not None:
        return of_key(key)
    if COUNTRY.fullmatch(typed):
        return of_region(typed)
    raise NotFound("brake_unknown", value=typed)


def _keep(subject: str, known: Watched) -> None:
    kept = {name: _row(one) for name, one in {**watched(), subject: known}.items()}
    choices.keep(WATCH, kept)


def _row(known: Watched) -> dict[str, Any]:
    brake = {**asdict(known.brake), "at": known.brake.at.isoformat()} if known.brake else None
    return {"brake": brake, "since": known.since.isoformat() if known.since else None}


def parse_countries(typed: str) -> tuple[str, ...]:
    """ "FR, be GP" as two capital letters each."""
    return tuple(dict.fromkeys(re.findall(r"[^\s,;]+", typed.upper())))


def parse_barred(typed: str, country: str) -> tuple[str, ...]:
    """ "+33 6 39 98, 06 12 34 56 78" as beginnings of numbers in E.164: what has no + is a whole number as
    this country says it.  Raises Invalid on `barred`."""
    pieces = (one.strip().rstrip("*…").strip() for one in re.split(r"[,;\n]", typed))
    return tuple(dict.fromkeys(_begin(one, country) for one in pieces if one))


def _begin(typed: str, country: str) -> str:
    digits = re.sub(r"[\s.()\-]", "", typed)
    digits = f"+{digits[2:]}" if digits.startswith("00") else digits
    if digits.startswith("+"):
        return digits
    try:
        return numbers.parse(typed, country)
    except Invalid as error:
        raise Invalid("barred_bad", field="barred", value=typed[:60]) from error


def limits_of(typed: Mapping[str, int], begin: Limits) -> Limits:
    """The limits with those that were typed; raises Invalid on a name that is none."""
    for name in typed:
        if name not in LIMITS:
            raise Invalid("code_limit_unknown", field="limit", value=name, known=", ".join(LIMITS))
    return replace(begin, **typed)


def braked(subjects: Sequence[str]) -> list[bool]:
    """For each of these, whether its brake is on."""
    known = watched()
    return [known.get(subject, Watched()).brake is not None for subject in subjects]
