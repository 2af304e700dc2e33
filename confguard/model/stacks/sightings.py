"""What files tell about stacks: who names which chain of Compose files, and who copies what."""

from __future__ import annotations

from dataclasses import dataclass

from confguard.discover.kinds import Kind
from confguard.model.stacks.stack import Role
from confguard.model.value import Step
from confguard.parsers.command_lines import Form
from confguard.parsers.commands import Argument, Invocation
from confguard.parsers.image_builds import ImageBuild
from confguard.source import Span

FORMS = {
    Kind.MAKEFILE: Form.MAKEFILE,
    Kind.SCRIPT: Form.SCRIPT,
    Kind.TASKS: Form.TASKS,
    Kind.PACKAGE_JSON: Form.PACKAGE_JSON,
    Kind.WORKFLOW: Form.WORKFLOW,
    Kind.DOCUMENT: Form.DOCUMENT,
    Kind.COMPOSE: Form.COMMENTS,
    Kind.ENV: Form.COMMENTS,
}
"""How files of a kind hold command lines; others hold none."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One place that names a chain of Compose files, and the role that it tells."""

    files: tuple[str, ...]
    profiles: tuple[str, ...]
    env_files: tuple[str, ...]
    project_directory: str | None
    role: Role
    weight: int
    """0 for a mention, 1 for a command on what runs, 2 for one that starts it, 3 for a download of it."""
    step: Step
    starts: bool = False
    """It starts the stack's services (``up``); other commands may name fewer files of a running stack."""
    invocation: Invocation | None = None
    """The command line; None where a download or a variable names the files."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A command or sentence that makes one file of another, both relative to the root."""

    source: str
    target: str
    role: Role
    span: Span


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that the project's files tell about stacks."""

    sightings: tuple[Sighting, ...]
    copies: tuple[Copied, ...]
    builds: tuple[ImageBuild, ...] = ()
    """The images that commands build."""
    unresolved: tuple[Argument, ...] = ()
    """Compose files that command lines name and the project does not have."""
