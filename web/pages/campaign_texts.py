"""The texts of a campaign as they are being written: what each costs with all that will be put into it, what
it lacks, and how it is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from babel.lists import format_list
from flask_babel import gettext as _
from flask_babel import ngettext

from gateway import digits, rulebook
from gateway.contacts import templates
from gateway.contacts.audience import Reader
from gateway.errors import Invalid, NotFound
from gateway.features.campaigns import code_lists, codes, people, plan, states, verbs, wording
from gateway.features.campaigns.plan import Wording
from gateway.features.links import addresses
from gateway.features.links import verbs as links
from gateway.messages import marketing, templating
from gateway.messages.texts import Preview, preview
from gateway.store.models import Campaign
from web import formats
from web.language import current
from web.office import office
from web.pages import form, uploads
from web.pages.letter import Letter, findings
from web.pages.rehearsal import money
from web.prospects import Cost


@dataclass(frozen=True, slots=True)
class Read:
    """A text as its first reader will have it: `swaps` says what stands there for what was typed, `added`
    what is put behind it, `note` the same in words."""

    swaps: Mapping[str, str]
    added: str
    note: str

    def of(self, typed: str) -> str:
        """The whole of it."""
        put = addresses.EITHER.sub(lambda mark: self.swaps.get(mark[0], mark[0]), typed)
        put = templating.MARK.sub(lambda mark: self.swaps.get(mark[0], _brace(mark[0])), put)
        return put.rstrip() + self.added if self.added and put.strip() else put


# ---- what the page shows ---------------------------------------------------------------------------


def shown(campaign: Campaign) -> dict[str, Any]:
    """As it is kept."""
    texts = plan.texts(campaign)
    given = {f"text-{letter}": texts[letter].text for letter in texts}
    given |= {"category": campaign.category, "code_kind": campaign.code_kind, "code": campaign.code}
    given["follow_links"] = "1" if campaign.follow_links else ""
    given["value"] = f"{campaign.value_cents / 100:.2f}" if campaign.value_cents else ""
    return typed(campaign, given)


def typed(campaign: Campaign, given: Mapping[str, str]) -> dict[str, Any]:
    """As it was just typed."""
    here = office()
    texts = {letter: given.get(f"text-{letter}", "") for letter in states.LETTERS}
    used = max((place for place, text in enumerate(texts.values(), 1) if text.strip()), default=1)
    reader = _first_reader(campaign)
    reads = {letter: _read(campaign, given, text, reader) for letter, text in texts.items()}
    chosen, now = plan.wanted(campaign).typed, here.clock.now()
    return {
        "given": given,
        "letters": states.LETTERS,
        "texts": texts,
        "used": min(len(states.LETTERS), used + bool(given.get("more"))),
        "reads": reads,
        "costs": {letter: _cost(text, reads[letter]) for letter, text in texts.items()},
        "marks": {letter: findings(_letter(given, text)) for letter, text in texts.items()},
        "most": people.understood(chosen, here.config.appliance.country, now).most,
        "price": (price := rulebook.price()),
        "price_of": lambda parts: money(Cost(price.of(parts), price.currency)) if price else "",
        "templates": [each for each in templates.everything("message") if each.category in states.CATEGORIES],
        "offered": form.offered(),
        "codes_left": codes.left(campaign),
        "most_codes": code_lists.MOST_CODES,
        "public_url": here.config.web.public_url,
    }


def changed(given: Mapping[str, str]) -> Mapping[str, str] | None:
    """What the buttons make of the form that keep nothing: one text more, a template, the cheaper spelling;
    None for another button."""
    if given.get("more"):
        return given
    if letter := given.get("take"):
        return {**given, f"text-{letter}": _template(given.get(f"template-{letter}", ""))}
    if letter := given.get("cheaper"):
        text = given.get(f"text-{letter}", "")
        return {**given, f"text-{letter}": _spelled(text) or text}
    return None


def measured(campaign: Campaign, given: Mapping[str, str]) -> dict[str, Any]:
    """What follows the typing in one box."""
    text = given.get(f"text-{given.get('box', '')}", "").replace("\r\n", "\n")
    read = _read(campaign, given, text, _first_reader(campaign))
    marks = findings(_letter(given, text))
    return {"swaps": read.swaps, "added": read.added, "note": read.note, "findings": marks}


# ---- how it will be read ---------------------------------------------------------------------------


def _first_reader(campaign: Campaign) -> Reader:
    """Nobody in particular where it is for nobody yet."""
    here = office()
    everybody = people.readers(plan.wanted(campaign), here.config.appliance, here.clock.now(), own=True)
    return next(everybody, Reader("", "", {}))


def _read(campaign: Campaign, given: Mapping[str, str], text: str, reader: Reader) -> Read:
    """With the choices of the form, whether they are kept or not."""
    if not text.strip():
        return Read({}, "", "")
    campaign.follow_links = bool(given.get("follow_links"))
    campaign.code_kind, campaign.code = given.get("code_kind", "none"), given.get("code", "").strip()
    here = office()
    site, base = here.config.appliance, here.config.web.public_url
    try:
        swaps = _swaps(campaign, text, reader, base)
    except Invalid:
        swaps = {}  # keeping it says what is wrong
    put = Read(swaps, "", "").of(text)
    whole = marketing.complete(put, _category(given), site) if put.strip() else put
    added = whole[len(put.rstrip()) :] if whole != put else ""
    return Read(swaps, added, _note(campaign, swaps, added, reader))


def _swaps(campaign: Campaign, text: str, reader: Reader, base: str) -> dict[str, str]:
    swaps = {}
    for mark in addresses.EITHER.finditer(text):
        if mark["page"] is None or (campaign.follow_links and base):
            swaps[mark[0]] = wording.sample(campaign, mark[0], reader, base).text
    for gap in templating.MARK.finditer(text):
        if gap["gap"] is not None and gap[0] not in swaps and not plan.PAGE.fullmatch(gap[0]):
            swaps[gap[0]] = wording.sample(campaign, gap[0], reader, "").text
    return {typed: read for typed, read in swaps.items() if typed != read}


def _note(campaign: Campaign, swaps: Mapping[str, str], added: str, reader: Reader) -> str:
    """What is counted besides what was typed, in words; "" for nothing."""
    marks = [mark for mark in swaps if not addresses.EITHER.fullmatch(mark)]
    is_code = [templating.fold(mark.strip("{}").partition("|")[0]) == plan.GAP for mark in marks]
    followed = len([mark for mark in swaps if links.has_link(mark)]) if campaign.follow_links else 0
    included = []
    if added:
        included.append(_("the mention “%(mention)s”", mention=added.strip()))
    if followed:
        included.append(ngettext("%(num)s short link", "%(num)s short links", followed))
    if any(is_code) and campaign.code_kind != "none":
        included.append(_("the code"))
    if not all(is_code):
        who = reader.name or formats.number(reader.number)
        included.append(_("what is known of %(who)s", who=who) if reader.number else _("empty gaps"))
    return _("Counted with %(what)s.", what=format_list(included, locale=current())) if included else ""


def _cost(text: str, read: Read) -> Preview:
    """The parts of a text as it would leave, with a cheaper spelling of what was typed."""
    try:
        whole = preview(read.of(text))
    except Invalid:
        return preview("")
    spelled = _spelled(text)
    parts = preview(read.of(spelled)).parts if spelled else None
    return replace(whole, suggestion=spelled, suggestion_parts=parts)


def _spelled(text: str) -> str | None:
    """The same in cheaper characters, its gaps and addresses as they are; None where there is no such."""
    try:
        spelled = preview(text).suggestion
    except Invalid:
        return None
    return spelled if spelled and _marks(spelled) == _marks(text) else None


def _marks(text: str) -> list[str]:
    return [mark[0] for each in (addresses.EITHER, templating.MARK) for mark in each.finditer(text)]


def _brace(mark: str) -> str:
    return {"{{": "{", "}}": "}"}.get(mark, mark)


def _letter(given: Mapping[str, str], text: str) -> Letter:
    return Letter(text=text, category=_category(given))


def _category(given: Mapping[str, str]) -> str:
    known = given.get("category", "")
    return known if known in states.CATEGORIES else states.CATEGORIES[0]


def _template(chosen: str) -> str:
    try:
        return templates.get(digits.number(chosen) or 0).text
    except NotFound:
        return ""


# ---- how it is kept --------------------------------------------------------------------------------


def keep(campaign: Campaign, given: Mapping[str, str]) -> None:
    """Raises GatewayError, and has changed nothing then."""
    old = plan.texts(campaign)
    chosen = []
    for letter in states.LETTERS:
        if text := given.get(f"text-{letter}", "").replace("\r\n", "\n").strip():
            chosen.append(Wording(text, old[letter].send_at if letter in old else None))
    verbs.choose_texts(
        campaign.uid,
        chosen,
        given.get("category", "marketing"),
        office().config.appliance,
        follow_links=bool(given.get("follow_links")),
        code_kind=given.get("code_kind", "none"),
        code=given.get("code", ""),
        listed=_codes(given) if given.get("code_kind") == "list" else (),
        value_cents=_cents(given),
    )


def _codes(given: Mapping[str, str]) -> Sequence[str]:
    """Those of the file, or as they were pasted; none where the list that is kept stays."""
    if (file := uploads.given("codes_file")) is None:
        return code_lists.pasted(given.get("codes", ""))
    if given.get("codes", "").strip():
        raise Invalid("campaign_codes_both", field="codes_file")
    with uploads.on_disk(file) as path:
        return code_lists.read(path)


def _cents(given: Mapping[str, str]) -> int | None:
    typed = given.get("value", "").strip().replace(",", ".").replace("€", "").strip()
    if not typed:
        return None
    whole, _dot, part = typed.partition(".")
    if digits.number(whole + part, 10) is None or len(part) > 2 or len(whole) > 8:
        raise Invalid("not_a_number", field="value", value=given.get("value", ""))
    return int(whole or "0") * 100 + int(part.ljust(2, "0") or "0")
