"""To come."""

from __future__ import annotations

from confguard.model.django.library import registry

FUNCTIONS: dict[str, registry.Function] = {}
