"""Evaluated settings, kept for the services and stacks that would give the same again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from confguard.discover.project import Project
from confguard.model.environment import Environment

if TYPE_CHECKING:
    from confguard.model.django import Settings


@dataclass
class Evaluations:
    """What settings modules came to under the environments seen so far.

    An evaluation depends on its environment only through what it reads. Another environment that answers
    every one of these reads alike, trail included, gives the same settings.
    """

    project: Project
    _known: dict[str, list[tuple[Environment, Settings]]] = field(default_factory=dict)

    def settings(self, path: str, environment: Environment) -> Settings:
        """Return what a settings module is under an environment."""
        known = self._known.setdefault(path, [])
        for other, settings in known:
            if all(environment.get(read.key) == other.get(read.key) for read in settings.reads):
                return settings
        from confguard.model.django import evaluate

        settings = evaluate(self.project, path, environment)
        known.append((environment, settings))
        return settings
