"""Which .dockerignore a build reads, and the line of it that leaves out a path."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field

from confguard.discover.project import Project
from confguard.parsers.dockerignore import Dockerignore, parse
from confguard.source import SourceFile, Span


@dataclass(frozen=True, slots=True)
class Ignore:
    """The .dockerignore of a build; ``source`` is None where there is none."""

    source: SourceFile | None = None
    rules: Dockerignore = field(default_factory=lambda: Dockerignore(()))

    def excluded(self, path: str) -> Span | None:
        """Return the line that leaves out a path of the context or a folder around it, or None."""
        line = self.rules.line_for(path)
        return self.source.line_span(line) if self.source is not None and line is not None else None

    @property
    def takes_back(self) -> bool:
        """Whether parts of a folder that is left out may still be there."""
        return self.rules.takes_back


def ignore_of(project: Project, context: str, dockerfile: str | None) -> Ignore:
    """Return what a build leaves out of its context; both are paths of the project.

    ``<Dockerfile>.dockerignore`` beside the Dockerfile comes before the one at the context's root (BuildKit).
    """
    candidates = [f"{dockerfile}.dockerignore"] if dockerfile else []
    candidates.append(posixpath.join(context, ".dockerignore"))
    for path in candidates:
        rules = project.parsed(parse, path)
        if rules is not None:
            return Ignore(project.read(path), rules)
    return Ignore()
