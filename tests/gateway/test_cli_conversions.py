"""`chappe conversion`: one code that came back, and a list of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.features.conversions import verbs
from gateway.store import database
from gateway.store.models import Campaign
