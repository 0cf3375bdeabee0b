"""What is to become of a file: the meaning of its columns, and what holds for everybody in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from gateway.consent.ledger import LONGEST, LONGEST_PURPOSE
from gateway.contacts import fields, groups, tags
from gateway.contacts.imports import columns, files
from gateway.contacts.imports.files import Shape
from gateway.errors import Conflict, Invalid, on_field
from gateway.policy.consent import Ground

CONSENTS = ("", "column", "everybody")  # who in the file agreed: nobody is said to, who a column says, all


@dataclass(frozen=True, slots=True)
class Plan:
    """`targets` has an entry a column (`columns.TARGETS`); the rest holds for everybody in the file."""

    shape: Shape
    targets: tuple[str, ...]
    tags: str = ""
    group: str = ""
    consent: str = ""  # of CONSENTS
    ground: str = ""
    wording: str = ""
    purpose: str = ""
    group_id: int | None = None  # of `group`, once the import has begun

    def place(self, target: str) -> int | None:
        """The column that is for `target`."""
        return self.targets.index(target) if target in self.targets else None

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "targets": list(self.targets)}


def stored(kept: Mapping[str, Any]) -> Plan:
    return Plan(**{**kept, "shape": files.stored(kept["shape"]), "targets": tuple(kept["targets"])})


def check(plan: Plan) -> Plan:
    """The plan tidied; raises Invalid, naming the field: `column-N`, `tags`, `group`, `consent`, `ground`,
    `wording`, `purpose`."""
    _check_targets(plan.targets)
    with on_field("tags"):
        plan = replace(plan, tags=", ".join(tags.listed(plan.tags)))
    if plan.group:
        with on_field("group"):
            plan = replace(plan, group=fields.named(plan.group, groups.LONGEST_NAME))
    if plan.consent not in CONSENTS:
        raise Invalid("consent_choice_unknown", field="consent", value=plan.consent)
    if not plan.consent:
        return replace(plan, ground="", wording="", purpose="")
    if plan.consent == "column" and "consent" not in plan.targets:
        raise Invalid("import_no_consent_column", field="consent")
    if plan.ground not in list(Ground):
        raise Invalid("ground_unknown", field="ground", value=plan.ground, known=", ".join(Ground))
    if not plan.wording.strip():
        raise Invalid("wording_missing", field="wording")
    for name, most in (("wording", LONGEST), ("purpose", LONGEST_PURPOSE)):
        if len(getattr(plan, name)) > most:
            raise Invalid("text_long", field=name, most=most)
    return replace(plan, wording=plan.wording.strip(), purpose=plan.purpose.strip())


def settle(plan: Plan, headings: Sequence[str], by: str, now: datetime) -> Plan:
    """A checked plan with the fields and the group that it asks for; they are made where they are not there.

    Raises Invalid on `column-N`, or Conflict `used_twice`.
    """
    targets = list(plan.targets)
    for place, target in enumerate(targets):
        if target.startswith("new:"):
            targets[place] = _field(headings[place], target.removeprefix("new:"), place, by, now)
    _check_targets(targets)
    group = groups.ensure(plan.group, by, now).id if plan.group else None
    return replace(plan, targets=tuple(targets), group_id=group)


def _field(heading: str, kind: str, place: int, by: str, now: datetime) -> str:
    known = fields.called(" ".join(heading.split())) if heading.strip() else None
    try:
        return f"field:{(known or fields.add(heading[: fields.LONGEST_NAME], kind, by, now)).id}"
    except (Invalid, Conflict) as error:
        code = "heading_missing" if error.code == "name_missing" else error.code
        raise Invalid(code, field=f"column-{place}", **error.facts) from error


def _check_targets(targets: Sequence[str]) -> None:
    own = {f"field:{field.id}" for field in fields.everything()}
    for place, target in enumerate(targets):
        gone = target.startswith("field:") and target not in own
        if gone or not columns.is_target(target):
            raise Invalid("target_unknown", field=f"column-{place}", value=target)
        if columns.is_single(target) and target in targets[:place]:
            raise Invalid("used_twice", field=f"column-{place}")
    if "number" not in targets:
        raise Invalid("import_no_number", field="column-0")
    if "name" in targets and ("first_name" in targets or "last_name" in targets):
        raise Invalid("import_two_names", field=f"column-{list(targets).index('name')}")
