"""/api/v1/campaigns: one text, or a few to compare, to many people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, g, jsonify, url_for

from gateway import wake
from gateway.access import allowances
from gateway.features.campaigns import code_lists, estimate, outcomes, people, plan, states, verbs
from gateway.features.campaigns.paces import Pace
from gateway.features.campaigns.plan import Trial, Wanted, Wording
from gateway.features.campaigns.split import Split
from gateway.messages import routing
from gateway.messages.lifecycle import WAITING, State
from gateway.store import database
from gateway.store.models import Campaign
from web.api.auth import needs, source
from web.api.campaign_shapes import CampaignListSchema, CampaignSchema, NewCampaignSchema
from web.api.framework import Section, refuses
from web.office import office

section = Section(
    "campaigns", __name__, url_prefix="/api/v1", description="One text to many people, at its own pace."
)
SHAPE = CampaignSchema()


@section.route("/campaigns")
@needs("read")
@section.doc(operationId="listCampaigns")
@section.response(200, CampaignListSchema())
def find() -> dict[str, Any]:
    """List the campaigns, the newest first."""
    return {"items": [_told(campaign) for campaign in verbs.everything()], "next": None}


@section.route("/campaigns", methods=["POST"], endpoint="create")
@needs("send")
@section.doc(operationId="createCampaign")
@section.arguments(NewCampaignSchema())
@section.response(201, CampaignSchema(), description="Drafted; nothing leaves before it is started")
@refuses(400, 409, 413, 415)
def create(body: dict[str, Any]) -> Response:
    """Draft a campaign.

    `to` and `without` are lists as on the page: `@group`, `@segment`, `#tag`, numbers, `*` for everybody.
    """
    here = office()
    now, site, by = here.clock.now(), here.config.appliance, source()
    allowances.category(g.api_key, body["category"])
    with database.transaction():
        campaign = verbs.draft(body["name"], by, now, here.ids)
        wanted = Wanted("\n".join(body["to"]), "\n".join(body["without"]), body["rested_days"])
        verbs.choose_people(campaign.uid, wanted, site, now)
        texts = [Wording(each["text"], each["send_at"]) for each in body["texts"]]
        codes = {name: body[name] for name in ("follow_links", "code_kind", "code", "value_cents")}
        codes["listed"] = code_lists.pasted("\n".join(body["codes"]))
        verbs.choose_texts(campaign.uid, texts, body["category"], site, **codes)
        verbs.choose_hours(
            campaign.uid,
            body["send_at"],
            Pace(body["per_hour"], body["days"]),
            Split(body["control"], body["test"]),
            Trial(body["by"], body["after_h"]),
            now,
            [each.send_at for each in texts],
        )
    answer: Response = jsonify(SHAPE.dump(_told(verbs.find(campaign.uid))))
    answer.status_code = 201
    answer.headers["Location"] = url_for("campaigns.detail", uid=campaign.uid)
    return answer


@section.route("/campaigns/<uid>", endpoint="detail")
@needs("read")
@section.doc(operationId="getCampaign")
@section.response(200, CampaignSchema())
@refuses(404)
def detail(uid: str) -> dict[str, Any]:
    """Look at one campaign, and how far it is."""
    return _told(verbs.find(uid))


@section.route("/campaigns/<uid>/start", methods=["POST"], endpoint="start")
@needs("send")
@section.doc(operationId="startCampaign")
@section.response(200, CampaignSchema())
@refuses(404, 409, 429)
def start(uid: str) -> dict[str, Any]:
    """Let a draft begin: at its hour, or now."""
    here = office()
    base, site, now = here.config.web.public_url, here.config.appliance, here.clock.now()
    with database.transaction():
        _allow(verbs.find(uid))
        started = verbs.start(uid, source(), site, now, base)
    return _done(started)


@section.route("/campaigns/<uid>/pause", methods=["POST"], endpoint="pause")
@needs("send")
@section.doc(operationId="pauseCampaign")
@section.response(200, CampaignSchema())
@refuses(404, 409)
def pause(uid: str) -> dict[str, Any]:
    """Let it rest: nothing more of it leaves, and what is queued is held."""
    allowances.category(g.api_key, verbs.find(uid).category)
    return _done(_by_caller(verbs.pause, uid))


@section.route("/campaigns/<uid>/resume", methods=["POST"], endpoint="resume")
@needs("send")
@section.doc(operationId="resumeCampaign")
@section.response(200, CampaignSchema())
@refuses(404, 409)
def resume(uid: str) -> dict[str, Any]:
    """Let it go on; what it may send was counted when it began."""
    _reach(verbs.find(uid))
    return _done(_by_caller(verbs.resume, uid))


@section.route("/campaigns/<uid>/stop", methods=["POST"], endpoint="stop")
@needs("send")
@section.doc(operationId="stopCampaign")
@section.response(200, CampaignSchema())
@refuses(404, 409)
def stop(uid: str) -> dict[str, Any]:
    """Stop it for good: what has not left is canceled."""
    allowances.category(g.api_key, verbs.find(uid).category)
    return _done(_by_caller(verbs.stop, uid))


def _reach(campaign: Campaign) -> None:
    """The key may send this category through every modem; raises Forbidden."""
    allowances.check_wide(g.api_key, campaign.category, office().config.modem_names)


def _allow(campaign: Campaign) -> None:
    """The key may send so much, of that category, through every modem; raises Forbidden or Limited."""
    here, key = office(), g.api_key
    now, site = here.clock.now(), here.config.appliance
    _reach(campaign)
    found = people.understood(plan.wanted(campaign).typed, site.country, now)
    allowances.take(key, found.most, now, site.timezone)


def _by_caller(verb: Callable[..., Campaign], uid: str) -> Campaign:
    return verb(uid, source(), office().clock.now())


def _done(campaign: Campaign) -> dict[str, Any]:
    wake.ring(office().config.appliance.runtime_dir)
    return _told(verbs.find(campaign.uid))


def _told(campaign: Campaign) -> dict[str, Any]:
    """A campaign as callers see it."""
    here = office()
    now, site = here.clock.now(), here.config.appliance
    counts = outcomes.progress(campaign)
    queue = sum(counts.get(state, 0) for state in (*WAITING, State.SENDING))
    waiting, left_out = counts.get("waiting", 0) + queue, counts.get("left_out", 0)
    ends = None
    if campaign.state in states.MOVING:
        ends = estimate.end(campaign, site, routing.ready(site.runtime_dir, now), now)
    names = ("uid", "name", "state", "category", "created_at", "send_at", "started_at", "ended_at")
    return {
        **{name: getattr(campaign, name) for name in names},
        "texts": [
            {"letter": letter, "text": each.text, "send_at": each.send_at}
            for letter, each in plan.texts(campaign).items()
        ],
        "winner": campaign.split.get("winner"),
        "people": sum(counts.values()),
        "waiting": waiting,
        "left_out": left_out,
        "done": sum(counts.values()) - waiting - left_out,
        "counts": counts,
        "reasons": outcomes.reasons(campaign),
        "ends_at": ends,
    }
