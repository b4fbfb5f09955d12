"""Database servers: versions, classes, storage, access, passwords and monitoring."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

from tapforge.facts import instance_classes, limits, postgres
from tapforge.facts.names import rule as _name  # noqa: F401 - replaced below
from tapforge.lang.expression import Expression
from tapforge.rules.databases import (
    DATABASES,
    INSTANCES,
    Database,
    advice,
    databases,
    limit,
    made,
    present,
    region,
)
from tapforge.rules.resource import Configuration, Finding, Resource
from tapforge.rules.rule import rule
