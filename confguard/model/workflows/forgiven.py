"""Steps of workflows that check something and cannot fail: ``|| true``, ``continue-on-error``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.model.workflows.jobs import Command, commands_of, jobs, text_of, without_runner
from confguard.parsers.workflows import Job, Step
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.repo import Repo

_ALWAYS = frozenset({"pytest", "tox", "nox", "bandit", "pip-audit", "safety", "mypy", "flake8", "pylint"})
_WITH = {
    "manage.py": ("check", "test"),
    "django-admin": ("check", "test"),
    "ruff": ("check",),
    "npm": ("audit", "test"),
    "yarn": ("audit", "test"),
    "pnpm": ("audit", "test"),
    "npx": ("eslint", "tsc", "vitest", "jest"),
    "nginx": ("-t",),
    "unittest": (),
}
_CHECKING = {"makemigrations": "--check", "migrate": "--check", "black": "--check", "isort": "--check"}
_KEPT = re.compile(
    r"(?<![0-9&])>>?(?!\s*/dev/null|&)|\s(-o|--output\S*|--report\S*|--junit\S*|--json\S*|--lf|--last-failed)\b"
    r"|\|\s*tee\b|--exit-zero|--sarif"
)
"""The result is written to a file, which somebody may judge later."""

_REPEATED = re.compile(r"--(lf|ff|last-failed|failed-first|only-rerun|rerun)")


@dataclass(frozen=True, slots=True)
class Forgiven:
    """A check whose failure is ignored: ``span`` is the command, ``place`` what ignores it."""

    job: Job
    words: str
    span: Span
    place: Span
    how: str


def forgiven(repo: Repo) -> Iterator[Forgiven]:
    """Yield the checks of workflows that can never fail and whose result nothing else looks at."""
    for _, job in jobs(repo):
        whole = text_of(job)
        for step in job.steps:
            if step.identity and f"steps.{step.identity}." in whole:
                continue
            found = list(commands_of(step))
            if any(_REPEATED.search(command.line.joined.text) for command in found):
                continue
            for command, following in zip(found, [*found[1:], None], strict=False):
                one = _judged(job, step, command, following)
                if one is not None:
                    yield one


def _judged(job: Job, step: Step, command: Command, following: Command | None) -> Forgiven | None:
    words = without_runner(command.texts)
    if not _checks(words) or _KEPT.search(command.line.joined.text):
        return None
    span = command.line.joined.span(command.start, command.end)
    name = words[0].rpartition("/")[2]
    said = " ".join((name, *words[1:2])) if name in _WITH else name
    if following is not None and following.line is command.line and _forgives(following):
        between = command.line.joined.text[command.end : following.start].strip()
        if between == "||":
            place = command.line.joined.span(following.start, following.end)
            return Forgiven(job, said, span, place, f"|| {' '.join(following.texts[:2])}")
    if step.forgiven is not None:
        return Forgiven(job, said, span, step.forgiven, "continue-on-error")
    return None


def _forgives(command: Command) -> bool:
    return command.texts in (("true",), (":",), ("exit", "0"), ("/bin/true",))


def _checks(words: tuple[str, ...]) -> bool:
    if not words:
        return False
    name = words[0].rpartition("/")[2]
    if name in _ALWAYS:
        return not {"--version", "--help", "-h", "--exit-zero", "install"} & set(words)
    if name in _CHECKING:
        return _CHECKING[name] in words
    if name in ("manage.py", "django-admin") and len(words) > 1 and words[1] in _CHECKING:
        return _CHECKING[words[1]] in words
    if name not in _WITH:
        return False
    return not _WITH[name] or (len(words) > 1 and words[1] in _WITH[name])
