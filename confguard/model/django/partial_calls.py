"""Calls of libraries and of Python's own functions with arguments of which not all are known."""

from __future__ import annotations

from collections.abc import Callable

from confguard.model.django.machine import Run
from confguard.model.django.objects import Call, ExceptionObject, Raised, V
from confguard.model.value import Known, Unknown

UNKNOWN_ARGUMENTS = "is called with arguments that are not known"

_PARTLY = frozenset({"builtins.dict", "itertools.chain", "builtins.print"})
"""Functions whose models say themselves what is known of their result."""


def followed(run: Run, name: str, arguments: Call, model: Callable[[Run, Call], V]) -> V:
    """Call a model; where ``*x`` or ``**x`` brings arguments that are not known, its result is not known.

    It is run all the same: what it reads and records, it would read and record with them, too.
    """
    if arguments.complete or name in _PARTLY or "urlconf" in run.hooks:
        return model(run, arguments)
    before = len(run.reads)
    try:
        found = model(run, arguments)
    except (Raised, IndexError):
        found = None
    unknown = Unknown(UNKNOWN_ARGUMENTS, arguments.trail)
    for read in run.reads[before:]:
        read.result, read.required = unknown, False
    if found is not None and _stays(found):
        return found
    run.may_raise("Exception", arguments.span)
    return unknown


def _stays(found: V) -> bool:
    """Say whether a result is what it is with whatever arguments."""
    return isinstance(found, Unknown) or (
        isinstance(found, Known)
        and (isinstance(found.value, ExceptionObject) or getattr(found.value, "whatever", False))
    )
