"""Django settings: what they are under an environment, without running anything.

The names of this package are imported from their modules when they are first asked for: the interpreter is
large, and a repository without Django only needs the types of values.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from confguard.model.django.defaults import django_default
    from confguard.model.django.modules import Choice, SettingsFile, choose_module, settings_modules
    from confguard.model.django.named import Naming, disagreement, named_modules
    from confguard.model.django.policies import Policy, WrittenHeader
    from confguard.model.django.settings import (
        CallFact,
        EnvRead,
        Failure,
        Settings,
        Unfollowed,
        content_security_policies,
        evaluate,
        module_name,
        search_roots,
    )
    from confguard.model.django.values import Entries, Items, Made, Partial, plain

_PLACES = {
    "CallFact": "settings",
    "Choice": "modules",
    "Entries": "values",
    "EnvRead": "settings",
    "Failure": "settings",
    "Items": "values",
    "Made": "values",
    "Naming": "named",
    "Partial": "values",
    "Policy": "policies",
    "Settings": "settings",
    "SettingsFile": "modules",
    "Unfollowed": "settings",
    "WrittenHeader": "policies",
    "choose_module": "modules",
    "content_security_policies": "settings",
    "disagreement": "named",
    "django_default": "defaults",
    "evaluate": "settings",
    "module_name": "settings",
    "named_modules": "named",
    "plain": "values",
    "search_roots": "settings",
    "settings_modules": "modules",
}


def __getattr__(name: str) -> Any:
    """Return a name of the package from the module that has it (PEP 562)."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)


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
    "Unfollowed",
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
