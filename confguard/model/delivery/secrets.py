"""Secrets that a committed env file shows to everybody who can read the repository."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from confguard.discover.project import Project
from confguard.model.secret_names import is_secret
from confguard.model.secret_shape import Shape, shape_of
from confguard.model.token_shape import PRIVATE_KEY, issuer_of, looks_random
from confguard.parsers.env import parse
from confguard.source import Span


@dataclass(frozen=True, slots=True)
class Exposed:
    """A value that is, or looks like, a live secret; ``issuer`` says whose, where its format tells."""

    key: str
    span: Span
    length: int
    """In characters."""
    issuer: str | None = None


def exposed(project: Project, path: str, *, random: bool) -> Iterator[Exposed]:
    """Yield the values of an env file that are secrets by their format, or by their looks (``random``).

    Nobody issues private keys: like random texts, they may be made to be thrown away.
    """
    file = project.parsed(parse, path)
    for entry in file.active if file is not None else ():
        if not entry.value:
            continue
        issuer = issuer_of(entry.value)
        issued = issuer is not None and (random or issuer != PRIVATE_KEY)
        if issued or (random and is_secret(entry.key) and looks_random(entry.value)):
            yield Exposed(entry.key, entry.value_span, len(entry.value), issuer)


def committed_secrets(project: Project, path: str) -> Iterator[Exposed]:
    """Yield the values of an env file that somebody uses as secrets as they are: no placeholders."""
    file = project.parsed(parse, path)
    for entry in file.active if file is not None else ():
        if not entry.value or not is_secret(entry.key) or "$" in entry.value:
            continue
        if shape_of(entry.value) in (Shape.PLAIN, Shape.DEVELOPMENT):
            yield Exposed(entry.key, entry.value_span, len(entry.value), issuer_of(entry.value))
