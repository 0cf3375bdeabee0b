"""Programs learn what somebody answered, as it was understood."""

from __future__ import annotations

from datetime import datetime

from gateway.features.surveys import wording
from gateway.features.webhooks import events, news, payloads
from gateway.messages.drafts import Caller
from gateway.store.models import SurveyPerson, SurveyQuestion


def tell(
    person: SurveyPerson,
    question: SurveyQuestion,
    value: str | None,
    text: str,
    inbound: str,
    caller: Caller,
    now: datetime,
) -> None:
    """An answer that counts, to every webhook that asked for it; again when the same person says something
    else later.  In the caller's transaction."""
    survey = person.survey
    data = {
        "survey": survey.uid,
        "name": survey.name,
        "number": person.number,
        "question": {"position": question.position, "kind": question.kind, "text": question.text},
        "value": value,
        "label": wording.value_word(question, value),
        "text": text,
        "message": inbound,
        "at": payloads.instant(now, caller.site.timezone),
    }
    subject = f"survey person {person.id}"
    news.tell(events.SURVEY, subject, data, now, caller.site, caller.ids, survey.written_by)
