"""pydantic-settings: classes whose fields are read from the environment. To come."""

from __future__ import annotations

from confguard.model.django.machine import Run
from confguard.model.django.objects import Call, ClassObject, V
from confguard.model.value import Unknown

BASES = ("pydantic_settings.BaseSettings", "pydantic.BaseSettings", "pydantic_settings.main.BaseSettings")


def instantiate(run: Run, cls: ClassObject, arguments: Call) -> V:
    """Make an instance of a settings class."""
    return Unknown("is made by pydantic", arguments.trail)
