"""What a stack is, and the words that tell its role."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Protocol

from confguard.discover.project import Project
from confguard.model.value import Step


class Role(Enum):
    """What a stack is run for; the value is the word that people read and write."""

    PRODUCTION = "production"
    STAGING = "staging"
    DEVELOPMENT = "development"
    TEST = "test"
    UNKNOWN = "unknown"


class ConfiguredStack(Protocol):
    """A stack that the team names itself; paths are relative to the project's root."""

    @property
    def name(self) -> str:
        """The name that findings show."""

    @property
    def files(self) -> tuple[str, ...]:
        """The Compose files in merge order."""

    @property
    def profiles(self) -> tuple[str, ...]:
        """The active profiles."""

    @property
    def env_files(self) -> tuple[str, ...]:
        """What ``--env-file`` would be given."""

    @property
    def env_templates(self) -> Mapping[str, str]:
        """The env files that only the host has, each with the committed template that stands in for it."""

    @property
    def project_directory(self) -> str | None:
        """What ``--project-directory`` would be given; None for the folder of the first file."""

    @property
    def role(self) -> str:
        """One of the values of ``Role``."""


@dataclass(frozen=True)
class Stack:
    """One way in which the repository is run.

    ``files`` are Compose files in merge order, ``env_files`` those that feed interpolation (``--env-file``;
    empty means ``.env`` of the project directory), all relative to the root and tracked or not.
    ``stand_ins`` maps an env file that git does not have to the tracked file that stands in for it, and
    ``stand_in_evidence`` says why. ``deployed`` says that rules about production judge it: its role is
    production, or no stack's is and this is the one that would be deployed (``note`` says so then).
    """

    name: str
    files: tuple[str, ...]
    profiles: tuple[str, ...] = ()
    env_files: tuple[str, ...] = ()
    project_directory: str = ""
    stand_ins: Mapping[str, str] = field(default_factory=dict)
    stand_in_evidence: Mapping[str, Step] = field(default_factory=dict)
    role: Role = Role.UNKNOWN
    evidence: tuple[Step, ...] = ()
    deployed: bool = False
    note: str = ""
    swarm: bool = False
    """Whether ``docker stack deploy`` starts it: Swarm spreads its containers behind one published port."""

    def with_stand_ins(self, project: Project, given: Mapping[str, str]) -> Stack:
        """Return the stack with templates that are said to stand in for files that git does not have."""
        wanted = {path: template for path, template in given.items() if not project.exists(path)}
        steps = {path: Step("the configuration names it") for path in wanted}
        return replace(
            self,
            stand_ins={**self.stand_ins, **wanted},
            stand_in_evidence={**self.stand_in_evidence, **steps},
        )

    @property
    def is_production(self) -> bool:
        """Whether it is known to be production, not only taken for it."""
        return self.role is Role.PRODUCTION


_DEFAULTS = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
_OVERRIDES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)
_WORDS: Mapping[Role, tuple[str, ...]] = {
    Role.TEST: (
        *("test", "tests", "testing", "ci", "e2e", "pytest", "cypress", "playwright", "selenium"),
        *("unittest", "integration", "travis"),
    ),
    Role.STAGING: ("staging", "stage", "stg", "preprod", "uat", "qa", "preview", "demo", "sandbox"),
    Role.DEVELOPMENT: ("dev", "development", "local", "devel", "debug", "develop", "devcontainer"),
    Role.PRODUCTION: ("prod", "production", "prd", "live", "liv", "produccion", "selfhost", "selfhosted"),
}
_ROLE_OF = {word: role for role, words in _WORDS.items() for word in words}

_CONTEXT = (
    (Role.TEST, re.compile(r"\b(tests?|testing|pytest|e2e|ci|travis|lint|mypy|coverage)\b", re.IGNORECASE)),
    (Role.STAGING, re.compile(r"\b(staging|stg|preprod|uat)\b", re.IGNORECASE)),
    (
        Role.DEVELOPMENT,
        re.compile(r"\b(dev|develop\w*|local\w*|contribut\w*|debug\w*|codespaces?|hack\w*)\b", re.IGNORECASE),
    ),
    (
        Role.PRODUCTION,
        re.compile(
            r"\b(prod|production|deploy\w*|live|self[- ]?host\w*|release|cd|vps|go-live)\b", re.IGNORECASE
        ),
    ),
)


def role_of_name(path: str, *, folders: bool = False) -> Role:
    """Return the role that the words of a file's name tell; with ``folders`` those of its folders too.

    The last such word counts, but what CI makes of production (``ci.prod``) is for tests.
    """
    parts = path.split("/")
    if parts[-1] in _OVERRIDES:
        return Role.DEVELOPMENT  # what Compose adds by itself is what a developer's machine has
    for part in reversed(parts if folders else parts[-1:]):
        roles = [_ROLE_OF[word] for word in re.split(r"[._\-\s]+", part.lower()) if word in _ROLE_OF]
        if roles:
            return Role.TEST if Role.TEST in roles else roles[-1]
    return Role.UNKNOWN


def role_of_context(texts: Iterable[str]) -> Role:
    """Return the role that the first of some texts tells (a heading, a make target, a file's path).

    Where one text speaks of several, production counts last: "local production test" is a test.
    """
    for text in texts:
        words = re.sub(r"[_/.]", " ", text)
        for role, pattern in _CONTEXT:
            if pattern.search(words.replace("-", " ")) or pattern.search(words):
                return role
    return Role.UNKNOWN


def default_files(project: Project, folder: str) -> tuple[str, ...]:
    """Return what ``docker compose`` reads in a folder without ``-f``: a file, its override, or nothing.

    The order is that of compose-go's DefaultFileNames and DefaultOverrideFileNames (2.40). The folders
    above are searched too, as Compose does, up to the project's root.
    """
    while True:
        base = _first(project, folder, _DEFAULTS)
        if base:
            override = _first(project, folder, _OVERRIDES)
            return (base, override) if override else (base,)
        if not folder:
            return ()
        folder = posixpath.dirname(folder)


def _first(project: Project, folder: str, names: Iterable[str]) -> str:
    paths = (posixpath.join(folder, name) for name in names)
    return next((path for path in paths if project.exists(path)), "")


def is_default_name(path: str) -> bool:
    """Say whether Compose would read a file of this name by itself."""
    return posixpath.basename(path) in _DEFAULTS
