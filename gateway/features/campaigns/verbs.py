"""What people and programs do with a campaign.  Who starts one only says so: the gateway does the rest.

Each verb is one transaction: it raises Invalid, NotFound `campaign_unknown` or Conflict `campaign_state`,
and has changed nothing then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from gateway import audit
from gateway.config import Appliance
from gateway.contacts import fields
from gateway.errors import Conflict, Invalid, NotFound, on_field
from gateway.features.campaigns import codes, diary, people, plan
from gateway.features.campaigns.paces import Pace
from gateway.features.campaigns.plan import Trial, Wanted, Wording
from gateway.features.campaigns.split import Split
from gateway.features.campaigns.states import (
    DONE,
    DRAFT,
    GATHERING,
    LETTERS,
    MOVING,
    OVER,
    PAUSED,
    RUNNING,
    SCHEDULED,
    STOPPING,
)
from gateway.ids import Ids
from gateway.messages import marketing
from gateway.messages.drafts import check_hour
from gateway.policy import marketing_text
from gateway.policy.categories import CATEGORIES
from gateway.store import database
from gateway.store.models import Campaign, CampaignPerson, CampaignText

LONGEST_NAME = 80
CODE = ("code_kind", "code")
BY_ITSELF = "gateway:campaigns"


def everything() -> Sequence[Campaign]:
    """All campaigns, the newest first."""
    return list(Campaign.select().order_by(Campaign.id.desc()))


def find(uid: str) -> Campaign:
    found: Campaign | None = Campaign.get_or_none(Campaign.uid == uid)
    if found is None:
        raise NotFound("campaign_unknown", id=uid)
    return found


def draft(name: str, by: str, now: datetime, ids: Ids, send_at: datetime | None = None) -> Campaign:
    """A new one, of nobody and nothing yet; raises Invalid on `name` or `at`, or Conflict `name_taken`."""
    _check_hour("at", send_at, now)
    with database.transaction():
        added: Campaign = Campaign.create(
            uid=ids.uid(now),
            name=_named(name),
            state=DRAFT,
            category="marketing",
            seed=int.from_bytes(ids.random(6)),
            written_by=by,
            created_at=now,
            send_at=send_at,
        )
        diary.note(added, "created", by, now)
        audit.write(by, "campaign_created", now, shown=added.name[:60])
    return added


def rename(uid: str, name: str) -> Campaign:
    """At any time: a name changes nothing."""
    with database.transaction():
        known = find(uid)
        return _keep(known, name=_named(name, known.id))


def choose_people(uid: str, chosen: Wanted, site: Appliance, now: datetime) -> Campaign:
    """Whom it is for, and whom it leaves out."""
    with database.transaction():
        known = _draft(uid)
        found = people.understood(chosen.typed, site.country, now)
        without = people.understood(chosen.without, site.country, now)
        plan.check_wanted(found, without, chosen.rested_days)
        kept = {"typed": "\n".join(found.typed), "without": "\n".join(without.typed)}
        return _keep(known, audience=kept | {"rested_days": chosen.rested_days})


def choose_texts(
    uid: str,
    chosen: Sequence[Wording],
    category: str,
    site: Appliance,
    follow_links: bool = False,
    code_kind: str = "none",
    code: str = "",
    listed: Sequence[str] = (),
    value_cents: int | None = None,
) -> Campaign:
    """What is said, A first; with more than one, people are split at random among them.

    `listed` are codes that were read (`code_lists`); none: those that are kept stay.  A long list is kept
    in several transactions, after everything was checked and before anything else is changed.
    """
    known = _draft(uid)
    one = plan.check_codes(code_kind, code)
    chosen_value = plan.check_value(value_cents)
    plan.check_texts(chosen, code_kind, follow_links)
    plan.check_said(chosen, code_kind)
    for letter, wording in zip(LETTERS, chosen, strict=False):
        _check_law(wording.text, letter, plan.check_category(category), site)
    _keep_codes(known, code_kind, listed)
    with database.transaction():
        known = _draft(uid)
        CampaignText.delete().where(CampaignText.campaign == known.id).execute()
        for letter, wording in zip(LETTERS, chosen, strict=False):
            CampaignText.create(campaign=known.id, letter=letter, text=wording.text, send_at=wording.send_at)
        return _keep(
            known,
            category=category,
            follow_links=follow_links,
            code_kind=code_kind,
            code=one,
            value_cents=chosen_value,
        )


def choose_hours(
    uid: str,
    send_at: datetime | None,
    pace: Pace,
    shares: Split,
    trial: Trial,
    now: datetime,
    hours: Sequence[datetime | None] = (),
) -> Campaign:
    """When it begins, how fast it goes, who is held out, and how the texts are compared; `hours`: each
    text's own, A first, where it has one."""
    with database.transaction():
        known = _draft(uid)
        for field, at in [("send_at", send_at), *_by_letter(hours)]:
            _check_hour(field, at, now)
        kept = {"pace": plan.check_pace(pace), "split": plan.check_split(shares, trial)}
        for field, at in _by_letter(hours):
            letter = field.removeprefix("hour-")
            here = (CampaignText.campaign == known.id) & (CampaignText.letter == letter)
            CampaignText.update(send_at=at).where(here).execute()
        return _keep(known, send_at=send_at, **kept)


def start(uid: str, by: str, site: Appliance, now: datetime, base: str = "") -> Campaign:
    """It begins at its hour, or now.  `base` is the appliance's public address, for links."""
    with database.transaction():
        known = _draft(uid)
        check_whole(known, site, now, base)
        waits = known.send_at is not None and known.send_at > now
        state = SCHEDULED if waits else GATHERING
        begun = None if waits else now
        _keep(known, state=state, started_at=begun, base=base if known.follow_links else "")
        _noted(known, "started", "campaign_started", by, now)
    return known


def check_whole(campaign: Campaign, site: Appliance, now: datetime, base: str) -> None:
    """Everything that it must have is there; raises Invalid on the first thing that is not."""
    for fault in lacking(campaign, site, now, base):
        raise fault


def lacking(campaign: Campaign, site: Appliance, now: datetime, base: str) -> Iterator[Invalid]:
    """Each thing that it must have and has not, the first step's first."""
    for check in _checks(campaign, site, now, base):
        try:
            check()
        except Invalid as fault:
            yield fault


def _checks(campaign: Campaign, site: Appliance, now: datetime, base: str) -> Iterator[Callable[[], None]]:
    chosen = plan.wanted(campaign)
    found = people.understood(chosen.typed, site.country, now)
    without = people.understood(chosen.without, site.country, now)
    texts = plan.texts(campaign)
    said = [*texts.values()]
    yield lambda: plan.check_wanted(found, without, chosen.rested_days)
    yield lambda: plan.check_texts(said, campaign.code_kind, campaign.follow_links)
    if said:
        yield lambda: plan.check_said(said, campaign.code_kind)
    for letter, wording in texts.items():
        yield partial(_check_law, wording.text, letter, campaign.category, site)
        yield partial(_check_hour, f"hour-{letter}", wording.send_at, now)
    yield lambda: _check_hour("send_at", campaign.send_at, now)
    if campaign.follow_links:
        yield lambda: _check_base(base, campaign.category)
    if campaign.code_kind == "list":
        yield lambda: _check_enough_codes(campaign, found.most)


def pause(uid: str, by: str, now: datetime) -> Campaign:
    """Nothing more of it leaves; what a modem has in hand does."""
    with database.transaction():
        known = _in(uid, SCHEDULED, GATHERING, RUNNING)
        _keep(known, state=PAUSED, paused_at=now)
        _noted(known, "paused", "campaign_paused", by, now)
    return known


def resume(uid: str, by: str, now: datetime) -> Campaign:
    """It goes on where it was."""
    with database.transaction():
        known = _in(uid, PAUSED)
        state = RUNNING if known.gathered else GATHERING if known.started_at else SCHEDULED
        _keep(known, state=state, paused_at=None)
        _noted(known, "resumed", "campaign_resumed", by, now)
    return known


def stop(uid: str, by: str, now: datetime) -> Campaign:
    """For good: what has not left is canceled, and nobody else is written to."""
    with database.transaction():
        known = _in(uid, *(state for state in MOVING if state != STOPPING))
        _keep(known, state=STOPPING, paused_at=None)
        _noted(known, "stopped", "campaign_stopped", by, now)
    return known


def choose_winner(uid: str, letter: str, by: str, now: datetime, **facts: Any) -> Campaign:
    """The rest of the people read this text."""
    with database.transaction():
        known = _in(uid, GATHERING, RUNNING, PAUSED)
        if letter not in plan.texts(known):
            raise Invalid("campaign_letter_unknown", field="letter", value=letter)
        if known.split.get("winner"):
            raise Conflict("campaign_decided", letter=known.split["winner"])
        _keep(known, split={**known.split, "winner": letter})
        diary.note(known, "winner", by, now, letter=letter, **facts)
        audit.write(by, "campaign_winner", now, shown=known.name[:60], letter=letter)
    return known


def remove(uid: str, by: str, now: datetime) -> Campaign:
    """A draft goes; a campaign that was begun stays with its messages."""
    with database.transaction():
        known = _draft(uid)
        known.delete_instance()
        audit.write(by, "campaign_removed", now, shown=known.name[:60])
    return known


def again(uid: str, by: str, now: datetime, ids: Ids) -> Campaign:
    """A new draft with the same lists, texts, pace and kind of code; neither people named one by one nor the
    codes of a list are kept."""
    with database.transaction():
        known = find(uid)
        copy = draft(_free_name(known.name), by, now, ids)
        same = {
            name: getattr(known, name) for name in ("category", "audience", "pace", "follow_links", *CODE)
        }
        shares = {name: value for name, value in known.split.items() if name != "winner"}
        _keep(copy, split=shares, value_cents=known.value_cents, **same)
        for letter, wording in plan.texts(known).items():
            CampaignText.create(campaign=copy.id, letter=letter, text=wording.text)
    return copy


# ---- what the verbs are made of -------------------------------------------------------------------


def _keep_codes(known: Campaign, kind: str, listed: Sequence[str]) -> None:
    if kind != "list" or listed:
        codes.keep(known, listed if kind == "list" else ())
    elif not codes.left(known):
        raise Invalid("campaign_codes_missing", field="codes")


def _by_letter(hours: Sequence[datetime | None]) -> list[tuple[str, datetime | None]]:
    return [(f"hour-{letter}", at) for letter, at in zip(LETTERS, hours, strict=False)]


def _draft(uid: str) -> Campaign:
    return _in(uid, DRAFT)


def _in(uid: str, *states: str) -> Campaign:
    known = find(uid)
    if known.state not in states:
        raise Conflict("campaign_state", campaign=known.state)
    return known


def _keep(known: Campaign, **columns: Any) -> Campaign:
    Campaign.update(**columns).where(Campaign.id == known.id).execute()
    for name, value in columns.items():
        setattr(known, name, value)
    return known


def _noted(known: Campaign, event: str, action: str, by: str, now: datetime) -> None:
    diary.note(known, event, by, now)
    audit.write(by, action, now, shown=known.name[:60])


def _named(typed: str, own: int | None = None) -> str:
    name = fields.named(typed, LONGEST_NAME)
    taken = Campaign.get_or_none(Campaign.name == name)
    if taken is not None and taken.id != own:
        raise Conflict("name_taken", field="name", name=name)
    return name


def _free_name(name: str) -> str:
    """The same with the next number that nobody has."""
    for number in range(2, 10_000):
        found = f"{name[: LONGEST_NAME - 6].rstrip()} ({number})"
        if not Campaign.select().where(Campaign.name == found).exists():
            return found
    return name


def _check_law(text: str, letter: str, category: str, site: Appliance) -> None:
    with on_field(f"text-{letter}"):
        marketing.check(marketing.complete(text, category, site), category, site)


def _check_base(base: str, category: str) -> None:
    """The links of everybody begin with it: what marketing may not hold would leave everybody out."""
    if not base:
        raise Invalid("campaign_no_address", field="follow_links")
    if CATEGORIES[category].needs_consent and marketing_text.broken_links(base):
        raise Invalid("campaign_address_unnamed", field="follow_links", address=base)


def _check_hour(field: str, at: datetime | None, now: datetime) -> None:
    if at is None:
        return
    with on_field(field):
        check_hour(at, True, now)


def _check_enough_codes(campaign: Campaign, most: int) -> None:
    left, held_out = codes.left(campaign), plan.split(campaign).control
    if left < most * (100 - held_out) // 100:
        raise Invalid("campaign_codes_few", field="codes", count=left, people=most)


def is_over(campaign: Campaign) -> bool:
    return campaign.state in OVER


def rest(campaign: Campaign) -> int:
    """How many people wait for a text to be chosen."""
    people_of = CampaignPerson.campaign == campaign.id
    waiting = CampaignPerson.select().where(people_of, CampaignPerson.role == "rest")
    return int(waiting.where(CampaignPerson.letter == "").count())


def is_comparing(campaign: Campaign) -> bool:
    """Several texts, and no winner yet."""
    several = CampaignText.select().where(CampaignText.campaign == campaign.id).count() > 1
    return bool(several and not campaign.split.get("winner") and campaign.state not in (DONE, DRAFT))
