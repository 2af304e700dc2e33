"""Which exceptions an ``except`` clause catches: Python's own, and those of the modelled libraries."""

from __future__ import annotations

import builtins

from confguard.model.django.objects import ClassObject, External
from confguard.model.value import Known

_PARENTS = {
    "django.core.exceptions.ImproperlyConfigured": "Exception",
    "environ.ImproperlyConfigured": "django.core.exceptions.ImproperlyConfigured",
    "decouple.UndefinedValueError": "Exception",
    "environs.EnvError": "ValueError",
    "environs.exceptions.EnvError": "ValueError",
    "environs.EnvValidationError": "environs.EnvError",
    "dj_database_url.ParseError": "ValueError",
    "dj_database_url.UnknownSchemeError": "ValueError",
    "json.JSONDecodeError": "ValueError",
    "json.decoder.JSONDecodeError": "ValueError",
    "pydantic_core.ValidationError": "ValueError",
    "subprocess.CalledProcessError": "Exception",
    "socket.gaierror": "OSError",
    "importlib.metadata.PackageNotFoundError": "ModuleNotFoundError",
    "tomllib.TOMLDecodeError": "ValueError",
}
_ALIASES = {
    "environs.exceptions.EnvError": "environs.EnvError",
    "environ.ImproperlyConfigured": "django.core.exceptions.ImproperlyConfigured",
    "pydantic.ValidationError": "pydantic_core.ValidationError",
    "pydantic_core._pydantic_core.ValidationError": "pydantic_core.ValidationError",
}
_MAX_CHAIN = 40

ANY = "*"
"""The class of an exception of which nothing is known: a call that is not followed may raise it."""

_NOT_OF_CALLS = frozenset({"ImportError", "ModuleNotFoundError", "NameError"})
"""Exceptions that tell of what is absent, not of what a call was given."""


def ancestors(cls: External | ClassObject) -> tuple[str, ...]:
    """Return the names of an exception class and of all it inherits from (dotted; Python's own are bare)."""
    found: list[str] = []
    pending: list[External | ClassObject] = [cls]
    while pending and len(found) < _MAX_CHAIN:
        current = pending.pop(0)
        if isinstance(current, ClassObject):
            found.append(f"{current.module.name}.{current.name}")
            pending.extend(
                base.value
                for base in current.bases
                if isinstance(base, Known) and isinstance(base.value, External | ClassObject)
            )
            continue
        name = _ALIASES.get(current.path, current.path).removeprefix("builtins.")
        found.append(name)
        known = getattr(builtins, name, None)
        if isinstance(known, type) and issubclass(known, BaseException):
            found.extend(base.__name__ for base in known.__mro__[1:-1])
        elif name in _PARENTS:
            pending.append(External(_PARENTS[name]))
        elif "." in name:
            found.append("Exception")
            found.append("BaseException")
    return tuple(found)


def matches(cls: External | ClassObject, names: tuple[str, ...]) -> bool:
    """Say whether a clause that names these classes catches an exception of this class; ``*`` catches all."""
    if ANY in names:
        return True
    if isinstance(cls, External) and cls.path == ANY:
        return not _NOT_OF_CALLS.issuperset(names)
    chain = ancestors(cls)
    return any(_ALIASES.get(name, name) in chain for name in names)
