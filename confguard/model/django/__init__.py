"""Django settings: what they are under an environment, without running anything."""

from __future__ import annotations

from confguard.model.django.defaults import django_default
from confguard.model.django.modules import Choice, SettingsFile, choose_module, settings_modules
from confguard.model.django.named import Naming, disagreement, named_modules
from confguard.model.django.policies import Policy, WrittenHeader
from confguard.model.django.settings import (
    CallFact,
    EnvRead,
    Failure,
    Settings,
    content_security_policies,
    evaluate,
    module_name,
    search_roots,
)
from confguard.model.django.values import Entries, Items, Made, Partial, plain

__all__ = [
    "CallFact",
    "Choice",
    "Entries",
    "EnvRead",
    "Failure",
    "Items",
    "Made",
    "Naming",
    "Partial",
    "Policy",
    "Settings",
    "SettingsFile",
    "WrittenHeader",
    "choose_module",
    "content_security_policies",
    "disagreement",
    "django_default",
    "evaluate",
    "module_name",
    "named_modules",
    "plain",
    "search_roots",
    "settings_modules",
]
