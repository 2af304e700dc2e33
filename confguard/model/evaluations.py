"""Evaluated settings, kept for the services and stacks that would give the same again."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from confguard.discover.project import Project
from confguard.model.environment import Environment
from confguard.model.value import Unknown

if TYPE_CHECKING:
    from confguard.model.celery.code import Code as CeleryCode
    from confguard.model.delivery.code import Code
    from confguard.model.django import Settings, Unfollowed
    from confguard.model.django.place import Place


@dataclass
class Evaluations:
    """What settings modules came to under the environments seen so far.

    An evaluation depends on its environment only through what it reads, and on the place of the files only
    through what it asks. Another environment that answers every one of these reads alike, trail included,
    gives the same settings.
    """

    project: Project
    by_value: bool = False
    """Environments with the same values count as one, whatever gave them these: for who asks whether settings
    start, and for want of what, and shows no trail."""
    _celery: dict[str, CeleryCode] = field(default_factory=dict)
    _known: dict[str, list[tuple[Environment, Settings]]] = field(default_factory=dict)

    @cached_property
    def code(self) -> Code:
        """What the code of the project reads, for all deployments."""
        from confguard.model.delivery.code import Code

        return Code(self.project)

    def celery(self, folder: str) -> CeleryCode:
        """Return what the code below a folder says to Celery, for all deployments."""
        from confguard.model.celery.code import code_of

        if folder not in self._celery:
            self._celery[folder] = code_of(self.project, folder)
        return self._celery[folder]

    @property
    def unfollowed(self) -> tuple[Unfollowed, ...]:
        """The star imports that no evaluation so far could follow, each module once."""
        found: dict[str, Unfollowed] = {}
        for evaluated in self._known.values():
            for _, settings in evaluated:
                for one in settings.unfollowed:
                    found.setdefault(one.module, one)
        return tuple(found.values())

    def settings(
        self, module: str, path: str, environment: Environment, place: Place | None = None
    ) -> Settings:
        """Return what a settings module, by its dotted name and its file, is under an environment.

        ``place`` says where the project's files lie when it runs, if that is known.
        """
        known = self._known.setdefault(path, [])
        for other, settings in known:
            if _elsewhere(settings.place, place):
                continue
            if all(self._alike(environment, other, read.key) for read in settings.reads):
                return settings if environment is other else settings.under(environment)
        from confguard.model.django import evaluate, search_roots

        roots = search_roots(self.project, path)
        stem = path.removesuffix(".py").removesuffix("/__init__")
        tail = module.replace(".", "/")
        if stem == tail or stem.endswith(f"/{tail}"):  # the folder from which this name leads to this file
            roots = tuple(dict.fromkeys((stem.removesuffix(tail).rstrip("/"), *roots)))
        settings = evaluate(self.project, module, environment, roots=roots, place=place)
        known.append((environment, settings))
        return settings

    def _alike(self, one: Environment, other: Environment, name: str) -> bool:
        left, right = one.get(name), other.get(name)
        if not self.by_value or left is None or right is None:
            return left == right
        if isinstance(left, Unknown) or isinstance(right, Unknown):
            return isinstance(left, Unknown) and isinstance(right, Unknown) and left.reason == right.reason
        return left.value == right.value


def _elsewhere(known: Place | None, place: Place | None) -> bool:
    """Say whether a place may lead to other settings than those that are known for another one."""
    if known is place:
        return False
    return not known.alike(place) if known is not None and place is not None else place is not None
