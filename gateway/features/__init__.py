"""What is built upon messages: each feature a folder, alike, and one line in `FEATURES`.

The core never imports a feature.  The loop knows them by the seam of `gateway.features.api` alone; the page,
the API and the command line use each one's own verbs.
"""

from __future__ import annotations

from collections.abc import Callable

from gateway.features.api import Feature

FEATURES: tuple[Callable[[], Feature], ...] = ()
