"""Variables that a person gives beside what the repository says: env files and assignments."""

from __future__ import annotations

from collections.abc import Iterable

from confguard.model.value import Known, Step
from confguard.source import SourceFile


def given_variables(env_files: Iterable[SourceFile], assignments: Iterable[str]) -> dict[str, Known[str]]:
    """Return the variables of env files (as python-dotenv reads them) and of ``NAME=value``; later ones win.

    Raises ValueError for an assignment that is none.
    """
    from confguard.parsers.env import parse

    found: dict[str, Known[str]] = {}
    for source in env_files:
        for entry in parse(source).active:
            if entry.value is not None:
                found[entry.key] = Known(entry.value, (Step(f"{entry.key} in {source.path}", entry.line),))
    for text in assignments:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise ValueError(f"{text!r} sets nothing: write it as NAME=value")
        found[name] = Known(value, (Step("set on the command line"),))
    return found
