"""What is built upon messages: each feature a folder, alike, and one line in `FEATURES`.

The core never imports a feature.  The loop knows them by the seam of `gateway.features.api` alone; the page,
the API and the command line use each one's own verbs.
"""

from __future__ import annotations

from collections.abc import Callable

from gateway.features.alerts.feature import Alerts
from gateway.features.api import Feature
from gateway.features.automations.feature import Automations
from gateway.features.campaigns.feature import Campaigns
from gateway.features.keywords.feature import Keywords
from gateway.features.mail.feature import Mails
from gateway.features.notices.feature import Notices
from gateway.features.reminders.feature import Reminders
from gateway.features.surveys.feature import Surveys
from gateway.features.verify.watch import Verify
from gateway.features.webhooks.feature import Webhooks

FEATURES: tuple[Callable[[], Feature], ...] = (
    Automations,  # the first: a reply ends a run, whosever it is besides
    Verify,
    Webhooks,
    Alerts,
    Reminders,
    Surveys,
    Keywords,
    Campaigns,
    Notices,
    Mails,
)
