"""The variables that fill a Compose file: the shell's, those of ``.env`` and of ``--env-file``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from confguard.discover.project import Project
from confguard.model.compose.interpolation import InterpolationError, Interpolator, Marks
from confguard.model.environment import Environment
from confguard.model.value import Known, Origin, Step, Trail, Unknown
from confguard.source import Problem, SourceFile, Span

if TYPE_CHECKING:
    from confguard.parsers.env_compose import ComposeEntry

Lookup = Callable[[str], Known[str] | Unknown | None]


@dataclass(frozen=True, slots=True)
class EnvSource:
    """An env file that was asked for, and the file that was read for it: itself, its template, or none."""

    path: str
    read: str | None
    problems: tuple[Problem, ...] = ()

    @property
    def present(self) -> bool:
        """Whether the file itself is in the repository."""
        return self.read == self.path

    @property
    def stand_in(self) -> str | None:
        """The committed template that stands in for it, or None."""
        return self.read if self.read is not None and not self.present else None


@dataclass(slots=True)
class EnvReader:
    """Reads env files in docker compose's dialect, each absent one through its template."""

    project: Project
    stand_ins: Mapping[str, str]
    marks: Marks
    refusals: list[Problem] = field(default_factory=list)

    def find(self, path: str) -> str | None:
        """Return the path that is read for an env file, or None if there is neither file nor template."""
        if self.project.exists(path):
            return path
        template = self.stand_ins.get(path)
        return template if template is not None and self.project.exists(template) else None

    def read(
        self, path: str, before: Lookup, known: Mapping[str, Known[str] | Unknown], raw: bool = False
    ) -> tuple[EnvSource, dict[str, Known[str] | Unknown]]:
        """Return what an env file sets.

        ``before`` says what a variable used in it is, before its own lines are asked; ``known`` is what
        earlier files set. ``raw`` reads the lines as they are (``format: raw``).
        """
        values: dict[str, Known[str] | Unknown] = {}
        read = self.find(path)
        source = self.project.read(read) if read is not None else None
        if read is None or source is None:
            return EnvSource(path, None), values
        origin = Origin.WRITTEN if read == path else Origin.TEMPLATE
        lines, problem = self.project.once(
            ("env lines", source, origin, raw), lambda: _lines(self.project, source, origin, raw)
        )

        def lookup(name: str) -> Known[str] | Unknown | None:
            found = before(name)
            if found is None or (
                isinstance(found, Unknown) and found.reason.startswith(f"{name} may be set")
            ):
                own = values.get(name) or known.get(name)
                return own if own is not None else found
            return found

        errors: list[InterpolationError] = []
        interpolator = Interpolator(lookup, self.marks, [], errors)
        problems = [problem] if problem is not None else []
        for entry, place, step, plain in lines:
            if plain is not None:
                values[entry.key] = plain
                continue
            if entry.value is None:
                passed = before(entry.key)
                if passed is not None:
                    values[entry.key] = passed.then(step) if isinstance(passed, Known) else passed
                continue
            text = entry.value
            trail: Trail = ()
            if entry.expand and "$" in text:
                try:
                    text, trail = interpolator.substitute(text, place)
                except InterpolationError as error:
                    problems.append(Problem(error.span or place, error.message))
                    break
            unknown = self.marks.unknown_in(text)
            if unknown is not None:
                values[entry.key] = Unknown(unknown.reason, (step, *unknown.trail))
            else:
                values[entry.key] = Known(text, (step, *trail))
        problems.extend(Problem(error.span or source.span(0), error.message) for error in errors)
        self.refusals.extend(problems)
        return EnvSource(path, read, tuple(problems)), values


def _lines(
    project: Project, source: SourceFile, origin: Origin, raw: bool
) -> tuple[list[tuple[ComposeEntry, Span, Step, Known[str] | None]], Problem | None]:
    """Return the entries of an env file, each with the value of those that no variable takes part in.

    A dozen services of several stacks are given the same file: most of it is the same for all.
    """
    from confguard.parsers.env_compose import parse_compose, parse_raw

    entries, problem = project.parsed(parse_raw if raw else parse_compose, source.path) or ((), None)
    lines: list[tuple[ComposeEntry, Span, Step, Known[str] | None]] = []
    for entry in entries:
        place = entry.value_span if entry.value_span.text else entry.key_span
        step = Step(f"{entry.key} in {source.path}", place, origin)
        text = entry.value
        fixed = text is not None and not (entry.expand and "$" in text) and not Marks.are_in(text)
        lines.append((entry, place, step, Known(text, (step,)) if fixed and text is not None else None))
    return lines, problem


_OF_EVERY_SHELL = ("PWD", "HOME", "PATH", "USER", "LOGNAME", "SHELL", "TERM", "LANG", "HOSTNAME")
"""What a login or a shell exports (POSIX, "Environment Variables"; bash exports no UID)."""


def shell(environment: Mapping[str, str] | None) -> dict[str, Known[str] | Unknown]:
    """Return the given variables as values; without any those that each shell has, whatever they are."""
    step = Step("the calling shell")
    if environment is None:
        return {name: Unknown(f"{name} is the shell's", (step,)) for name in _OF_EVERY_SHELL}
    return {name: Known(value, (step,)) for name, value in environment.items()}


def project_environment(
    reader: EnvReader,
    shell_values: Mapping[str, Known[str] | Unknown],
    paths: tuple[str, ...],
    complete: bool | None,
) -> tuple[Environment, tuple[EnvSource, ...]]:
    """Return what interpolation sees: the shell wins, then the last env file that sets a variable."""
    file_values: dict[str, Known[str] | Unknown] = {}
    sources: list[EnvSource] = []
    for path in paths:
        source, values = reader.read(path, shell_values.get, file_values)
        sources.append(source)
        file_values.update(values)
    missing = [source.path for source in sources if source.read is None]
    whole = not missing if complete is None else complete
    reason = "" if whole else f"{missing[0] if missing else 'an env file'} is not in the repository"
    return Environment({**file_values, **shell_values}, whole, reason=reason), tuple(sources)
