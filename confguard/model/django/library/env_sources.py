"""Which text an env file has that settings load themselves: git's, or the template of the host's file."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from confguard.model.django.machine import Run
from confguard.model.value import Origin, Step, Unknown
from confguard.source import SourceFile, Span


@dataclass(frozen=True, slots=True)
class EnvFile:
    """An env file of the project by the path that the program asks for, and the text that it has there."""

    path: str
    source: SourceFile

    def step(self, name: str, line: int) -> Step:
        """Return the step that says where a variable is written (``line`` counts from 1)."""
        origin = Origin.WRITTEN if self.source.path == self.path else Origin.TEMPLATE
        return Step(f"{name} in {self.source.path}", self.source.line_span(line), origin)


def env_file(run: Run, path: str) -> EnvFile | Unknown | None:
    """Return the env file at a path of the project, with the template that stands in for it if git has none.

    None: there surely is no such file where the program runs. Unknown: the host may have one.
    """
    source = run.project.read(path)
    if source is None:
        template = run.place.stand_in(path)
        if template is None:
            return Unknown(f"{path} may be on the host, and git does not have it")
        source = run.project.read(template) if template else None
    return EnvFile(path, source) if source is not None else None


def search(run: Run, folder: str, names: tuple[str, ...]) -> EnvFile | Unknown | None:
    """Return the first file of these names in a folder or in one above it, as ``env_file`` does."""
    doubt: Unknown | None = None
    while True:
        for name in names:
            found = env_file(run, posixpath.join(folder, name))
            if isinstance(found, EnvFile):
                return doubt or found
            doubt = doubt or found
        if not folder:
            return doubt
        folder = posixpath.dirname(folder)


def may_be_set(run: Run, doubt: Unknown, span: Span) -> Unknown:
    """Leave open what is not set so far, because a file of which nothing is known may set it."""
    found = Unknown(doubt.reason, (Step("loaded from a file of the host", span),))
    run.journal.touch(run.environ)
    run.environ.changed["*"] = found
    return found
