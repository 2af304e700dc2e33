"""Commands of production that take an override for development with them, because they name no files.

Without ``-f`` and COMPOSE_FILE docker compose reads the default file and the override beside it (compose-go,
``DefaultOverrideFileNames``).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.model.stacks.shapes import shape
from confguard.model.stacks.stack import Role, default_files
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.repo import Repo

_FETCHED = re.compile(r"(?:curl|wget|download|scp|rsync)\b[^\n]{0,300}compose", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Taken:
    """An override that commands of production take with them; ``hints`` are what is for development in it."""

    override: str
    commands: tuple[Span, ...]
    hints: tuple[tuple[str, Span], ...]


def taken_overrides(repo: Repo) -> Iterator[Taken]:
    """Yield the overrides for development that a command for production surely merges."""
    found: dict[str, list[Span]] = {}
    for one in repo.sightings:
        step = one.invocation
        if step is None or step.spoken or not one.starts or one.role is not Role.PRODUCTION:
            continue
        if step.files or "COMPOSE_FILE" in step.environment or len(one.files) != 2:
            continue
        folder = posixpath.dirname(one.files[0])
        source = repo.project.read(step.span.path)
        if default_files(repo.project, folder) != one.files or source is None or _FETCHED.search(source.text):
            continue
        found.setdefault(one.files[1], []).append(step.span)
    for override, spans in found.items():
        hints = [hint for hint in shape(repo.project, override).hints if hint[0] is Role.DEVELOPMENT]
        if hints:
            yield Taken(override, tuple(spans), tuple((text, span) for _, text, span in hints))
