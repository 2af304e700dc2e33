"""Django's own defaults for settings that a module does not set."""

from __future__ import annotations

from typing import Any

from confguard.model.value import Known, Unknown, Value


def django_default(name: str, version: str | None = None) -> Value[Any] | None:
    """To come."""
    return None


__all__ = ["Known", "Unknown", "django_default"]
