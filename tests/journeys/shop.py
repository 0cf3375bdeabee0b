"""A small shop as it is after some weeks: what its pages show in tests, and where they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO

from flask import Flask

from gateway import config
from gateway.access import people
from gateway.consent import ledger
from gateway.contacts import book, fields, groups, particulars, segments, templates
from gateway.contacts.imports import jobs
from gateway.contacts.segments import Rule, Rules
from gateway.contacts.templates import Wording
from gateway.features.alerts import routes
from gateway.features.automations import beginning
from gateway.features.automations import presets as automations
from gateway.features.automations import verbs as automation_verbs
from gateway.features.campaigns import plan, verbs
from gateway.features.keywords import rules as keywords
from gateway.features.keywords.rules import Wish
from gateway.features.landings import verbs as landings
from gateway.features.landings.verbs import Paper
from gateway.features.reminders import appointments
from gateway.features.surveys import verbs as surveys
from gateway.features.surveys.plan import Asked, Terms
from gateway.features.webhooks import hooks
from gateway.features.webhooks.events import USUAL
from gateway.ids import Ids
from gateway.policy.consent import Ground
from gateway.store import database
from receiver import Receiver
from stack import Stack
from web.app import create_app

BY = "page:ana"
ANSWERS = "+33639980007"  # a telephone that says OUI to whatever it gets
REFUSES = "+33639980002"  # the report says so
SILENT = "+33639981234"
PEOPLE = (
    ("Anne Léger", "+33639980001", "75011"),
    ("Boulangerie du Marché", ANSWERS, "67000"),
    ("Chloé d’Aubigné-Montclar de la Rochefoucauld", "+33639981002", "97110"),
    ("Sans réponse", SILENT, ""),
)
AGREED = ledger.Act("form", "bulletin:12", wording="[x] Je veux recevoir les offres par SMS.")
DAYS = timedelta(days=3)
LETTERS = (
    (ANSWERS, "On déjeune à midi ?", {}),
    (SILENT, "Suivre le colis : https://exemple.invalid/" + "a" * 70, {}),
    ("+33639981002", "Votre commande n° 114 est prête ; « porte bleue ». " * 4, {}),
    ("+33639980001", "Pensez à votre carnet.", {"send_at": f"{datetime.now(UTC) + DAYS:%Y-%m-%dT10:00:00Z}"}),
    ("+33639980001", "Code 1234", {"category": "otp"}),
)
CSV = "nom;téléphone;cp\nZoé;0639980044;75011\nIvan;12;69000\n".encode("cp1252")


@dataclass(frozen=True)
class Shop:
    stack: Stack
    app: Flask
    places: dict[str, str] = field(default_factory=dict)  # words of an address → what stands there

    @contextmanager
    def ledger(self) -> Iterator[datetime]:
        """The shop's database, and now."""
        database.open(self.stack.ledger / "chappe.sqlite")
        with database.connection():
            yield datetime.now(UTC)


def opened(stack: Stack) -> Shop:
    """The running stack with the shop's people, texts and messages in it."""
    shop = Shop(stack, create_app(config.load(stack.config)))
    with shop.ledger() as now:
        places = _people(now) | _texts(now) | _campaigns(stack, now) | _import(stack, now)
        places |= _keyword(stack, now) | _surveys(stack, now) | _webhook(now) | _landing(now)
        places |= _appointment(stack, now) | _automations(stack, now)
        _alerts(stack, now)
        people.add("bo", "fr", now, Ids(), "writer")
    sent = [stack.send(to, text, **rest) for to, text, rest in LETTERS]
    for uid in sent[:3]:
        stack.wait_for(uid, "delivered")
    stack.wait_for(stack.send(REFUSES, "Votre colis est là."), "undelivered")
    stack.modem(do="inject", sender="+33639980001", text="stop les messages svp ?")
    return Shop(stack, shop.app, {**places, "uid": sent[0], "number": ANSWERS})


def _people(now: datetime) -> dict[str, str]:
    size = fields.add("Pointure", "number", BY, now)
    regulars = groups.add("Habitués", BY, now)
    for name, number, postcode in PEOPLE:
        book.add(number, book.Entry(name=name, postcode=postcode), BY, now)
        ledger.give(number, Ground.OPT_IN, AGREED, now)
    particulars.keep(ANSWERS, BY, now, {size.id: "42"}, ["pro", "fidèle"], [regulars.id])
    parisians = Rules((Rule("postcode_begins", "75"),))
    segment = segments.save("Parisiens", parisians, BY, now)
    return {"field": str(size.id), "group": str(regulars.id), "segment": str(segment.id)}


def _campaigns(stack: Stack, now: datetime) -> dict[str, str]:
    """A draft, and one in which two texts are compared."""
    site, found = config.load(stack.config).appliance, {}
    for place, name in (("draft", "Soldes d’été"), ("campaign", "Atelier du soir")):
        uid = found[place] = verbs.draft(name, BY, now, Ids()).uid
        verbs.choose_people(uid, plan.Wanted("@Habitués\n@Parisiens"), site, now)
        texts = [plan.Wording("Bonjour {prénom}, à samedi."), plan.Wording("Samedi, on se voit ?")]
        verbs.choose_texts(uid, texts, "notification", site)
    verbs.start(found["campaign"], BY, site, now)
    return found


def _automations(stack: Stack, now: datetime) -> dict[str, str]:
    """One that runs, with somebody who goes through it, and a draft."""
    site, found = config.load(stack.config).appliance, {}
    for place, model, name in (("idle", "birthday", "Anniversaires"), ("automation", "cart", "Panier")):
        found[place] = automations.draft(model, name, BY, site, now, Ids()).uid
    known = automation_verbs.start(found["automation"], BY, site, now)
    for key in ("a", "b"):
        beginning.begin(known, ANSWERS, key, site.timezone, now, {"total": "42 EUR"})
    return found


def _surveys(stack: Stack, now: datetime) -> dict[str, str]:
    """A draft in which an answer leads on, and one that is answered."""
    site, found = config.load(stack.config).appliance, {}
    for place, name in (("asking", "Brouillon"), ("survey", "Votre visite")):
        uid = found[place] = surveys.draft(name, BY, site, now, Ids()).uid
        surveys.choose(uid, Terms(ANSWERS, thanks="Merci !"), site, now)
        first = surveys.add_question(uid, Asked("choice", "Quand ?", ("Le matin", "Le soir")), site)
        last = surveys.add_question(uid, Asked("score", "Nous conseilleriez-vous ?"), site)
        asked = Asked("choice", "Quand ?", ("Le matin", "Le soir"), onward={"1": last.id, "2": 0})
        surveys.change_question(uid, first.id, asked, site)
    surveys.start(found["survey"], 1, BY, site, now)
    return found


def _appointment(stack: Stack, now: datetime) -> dict[str, str]:
    wish = appointments.Wish(ANSWERS, now + timedelta(days=4), "A-1", place="12 rue de la Gare")
    of = appointments.put(wish, BY, config.load(stack.config).appliance, Ids(), now).appointment
    return {"appointment": of.uid, "calendar": of.calendar.uid}


def _texts(now: datetime) -> dict[str, str]:
    template = templates.save(Wording("Commande prête", "Bonjour {prénom}, c’est prêt."), BY, now)
    templates.save(Wording("Merci", "Merci, à bientôt !", "reply"), BY, now)
    return {"template": str(template.id)}


def _keyword(stack: Stack, now: datetime) -> dict[str, str]:
    """One that does much."""
    site = config.load(stack.config).appliance
    much = Wish(
        "RSVP, je viens", reply="Merci {prénom}, c’est noté.", tag="fête", group="Habitués", asks=True
    )
    rule = keywords.add(much, site, BY, now, Ids())
    return {"keyword": str(rule.uid)}


def _landing(now: datetime) -> dict[str, str]:
    soon = now + timedelta(days=3)
    paper = Paper("Trois jours de soldes", "Venez tôt.", "Je réserve", "https://boutique.example", soon)
    return {"landing": str(landings.add(paper, BY, now).slug)}


def _webhook(now: datetime) -> dict[str, str]:
    with Receiver() as away:
        url = away.url  # where nothing listens any more
    return {"webhook": hooks.add("Caisse", url, USUAL, BY, now, Ids()).uid}


def _alerts(stack: Stack, now: datetime) -> None:
    wish = routes.Wish("astreinte", PEOPLE[0][1])
    routes.add(wish, config.load(stack.config).appliance, BY, now)


def _import(stack: Stack, now: datetime) -> dict[str, str]:
    site = config.load(stack.config).appliance
    return {"job": jobs.take_in(BytesIO(CSV), "clients.csv", BY, site, now, Ids()).uid}
