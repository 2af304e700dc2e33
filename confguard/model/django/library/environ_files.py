"""django-environ's paths, and the files that it loads into the environment."""

from __future__ import annotations

import posixpath
import re
from pathlib import PurePosixPath

from confguard.model.django import operations, paths
from confguard.model.django.library import osenviron, shown
from confguard.model.django.library.env_sources import EnvFile, env_file, may_be_set
from confguard.model.django.machine import Run
from confguard.model.django.objects import (
    Call,
    Native,
    NativeObject,
    V,
)
from confguard.model.django.operations import NotPlain, plain
from confguard.model.value import Known, Unknown
from confguard.source import Span


def read_env(run: Run, call: Call) -> V:
    """``Env.read_env``: a committed file is read, or what stands in for it; an absent one changes nothing.

    django-environ's own parser differs from python-dotenv's in rare cases; the common lines are read here.
    """
    given = call.get(0, "env_file")
    overwrite = call.get(1, "overwrite")
    if given is None or (isinstance(given, Known) and given.value is None):
        path: str | None = posixpath.join(posixpath.dirname(call.span.path), ".env")
    else:
        path = paths.inside(run, shown.text(run, given, call.span))
    for name, value in call.keywords.items():
        if name not in ("env_file", "overwrite", "parse_comments", "encoding"):
            osenviron.store(run, Known(name), value, call.span)
    file = env_file(run, path) if path is not None else None
    if isinstance(file, Unknown):
        may_be_set(run, file, call.span)
    if not isinstance(file, EnvFile):
        return Known(None, call.trail)
    source = file.source
    force = overwrite is not None and operations.truth(overwrite) is True
    for number in range(1, source.line_count + 1):
        found = _binding(source.line_text(number))
        if found is None:
            continue
        name, text = found
        if force or osenviron.current(run, name) is None:
            trail = (call.step(f"loaded from {path}"), file.step(name, number))
            run.journal.touch(run.environ)
            run.environ.changed[name] = Known(text, trail)
    return Known(None, call.trail)


def _binding(line: str) -> tuple[str, str] | None:
    """Return the name and value of one line, as ``Env._read_env_line`` reads it."""
    match = re.match(r"\A\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=(.*)\Z", line)
    if match is None:
        return None
    name, text = match[1], match[2].strip()
    quoted = re.match(r"\A'(.*)'\Z", text)
    if quoted:
        return name, quoted[1]
    double = re.match(r'\A"(.*)"\Z', text)
    if double:
        return name, re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], double[1])
    return name, text


class EnvironPath(NativeObject):
    """``environ.Path``: an absolute path that is called with what to append."""

    __slots__ = ("root",)

    def __init__(self, root: str) -> None:
        self.root = root

    def published(self) -> V:
        """What rules see of it."""
        return Known(PurePosixPath(self.root))

    def shown(self, run: Run, span: Span) -> V:
        """``str(path)``."""
        return Known(self.root)

    def call(self, run: Run, call: Call) -> V:
        """Return what calling it gives."""
        return self._joined(run, call.args, call, False)

    def attribute(self, run: Run, name: str, span: Span) -> V | None:
        """Return an attribute, or None if there is no such one."""
        if name == "path":
            return Known(Native(name, lambda run, call: self._joined(run, call.args, call, True)))
        if name in ("root", "__root__"):
            return Known(self.root)
        return Unknown("is not followed")

    def _joined(self, run: Run, parts: list[V], call: Call, again: bool) -> V:
        trail = run.trail(call.step("joined"), *parts)
        try:
            whole = posixpath.normpath(posixpath.join(self.root, *(str(plain(part)) for part in parts)))
        except NotPlain as error:
            return Unknown(error.unknown.reason, trail)
        if operations.marked(self.root) and not operations.marked(whole):
            return Unknown("depends on where the project lies", trail)
        return Known(EnvironPath(whole), trail) if again else Known(whole, trail)

    def operator(self, run: Run, sign: str, right: V, span: Span) -> V:
        """``path - 2``, ``path + "media"`` and ``path / "media"``."""
        call = Call([right], {}, span)
        if sign == "-" and isinstance(right, Known) and isinstance(right.value, int) and right.value < 100:
            return self._joined(run, [Known("../" * right.value)], call, True)
        if sign in ("+", "/"):
            return self._joined(run, [right], call, True)
        return Unknown("is computed in a way that is not followed")


def make_path(run: Run, call: Call) -> V:
    """``environ.Path(start, *parts)``."""
    parts = call.args or [Known("")]
    trail = run.trail(call.step("environ.Path()"), *parts)
    try:
        whole = paths.absolute(
            run, posixpath.join(*(str(plain(shown.text(run, part, call.span))) for part in parts))
        )
    except NotPlain as error:
        return Unknown(error.unknown.reason, trail)
    return Known(EnvironPath(whole), trail)
