"""The Compose model: what docker compose makes of some files, with the trail of every value."""

from __future__ import annotations

from confguard.model.compose.interpolation import Interpolation
from confguard.model.compose.load import load
from confguard.model.compose.overrides import Override, Redeclared
from confguard.model.compose.types import (
    Attachment,
    Build,
    ComposeModel,
    Dependency,
    EnvFileReference,
    Grant,
    Healthcheck,
    Mount,
    Port,
    Resource,
    Service,
)

__all__ = [
    "Attachment",
    "Build",
    "ComposeModel",
    "Dependency",
    "EnvFileReference",
    "Grant",
    "Healthcheck",
    "Interpolation",
    "Mount",
    "Override",
    "Port",
    "Redeclared",
    "Resource",
    "Service",
    "load",
]
