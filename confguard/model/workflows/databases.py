"""Tests of workflows that run on another kind of database than production does."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.model.django.named import named_modules
from confguard.model.django.values import entry
from confguard.model.environment import Environment
from confguard.model.running_settings import default_module
from confguard.model.value import Known, Unknown, Value
from confguard.model.workflows.jobs import Command, commands_of, jobs, of_make, text_of, without_runner
from confguard.model.workflows.settings import environment_of
from confguard.parsers.workflows import Job, Step
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.django import Settings
    from confguard.model.repo import Repo

_KINDS = ("sqlite3", "spatialite", "postgresql", "postgis", "mysql", "oracle")
_WRITES = re.compile(r"GITHUB_ENV|\b(?:cp|mv)\s+\S*env|>>?\s*\S*\.env\b")
"""What sets variables for later steps, or writes a file that settings may read."""
_ALIKE = {"postgis": "postgresql", "spatialite": "sqlite3"}


@dataclass(frozen=True, slots=True)
class OtherDatabase:
    """A command that tests on ``tested``, where production runs on ``real``; each with its place."""

    job: Job
    span: Span
    module: str
    tested: str
    tested_at: Span | None
    real: str
    real_at: Span | None


def other_databases(repo: Repo) -> Iterator[OtherDatabase]:
    """Yield the commands of workflows that test on a database of another kind, in their order."""
    real = {_engine(app.settings) for one in repo.production for app in one.apps if app.services}
    if len(real) != 1:
        return
    kind, place = real.pop()
    if kind is None or kind == "sqlite3":
        return
    for _, job in jobs(repo):
        for step in job.steps:
            for command in commands_of(step):
                for one in (command, *of_make(repo, step, command)):
                    settings = _settings(repo, job, step, one)
                    tested, at = _engine(settings) if settings is not None else (None, None)
                    if settings is not None and tested is not None and tested != kind:
                        span = command.line.joined.span(command.start, command.end)
                        yield OtherDatabase(job, span, settings.module, tested, at, kind, place)


def _engine(settings: Settings) -> tuple[str | None, Span | None]:
    value: Value[object] | None = entry(settings.get("DATABASES"), "default", "ENGINE")
    text = value.value if isinstance(value, Known) and isinstance(value.value, str) else ""
    last = text.rpartition(".")[2]
    place = value.span.first_line() if isinstance(value, Known) and value.span else None
    return (_ALIKE.get(last, last) if last in _KINDS else None), place


def _settings(repo: Repo, job: Job, step: Step, command: Command) -> Settings | None:
    """Return the settings that a test command surely runs with."""
    from confguard.model.django import evaluate, search_roots
    from confguard.model.django.modules import find_path

    words = without_runner(command.texts)
    name = posixpath.basename(words[0]) if words else ""
    if name not in ("pytest", "manage.py") or (name == "manage.py" and words[1:2] != ("test",)):
        return None
    recipes = command.line.joined.source.text  # the workflow itself, or the Makefile that it calls
    if job.in_container or _WRITES.search(text_of(job)) or _WRITES.search(recipes):
        return None
    environment = environment_of(step, command, dict(command.assigned))
    module = _module(repo, words, name, environment)
    if module is None:
        return None
    roots = search_roots(repo.project)
    if find_path(repo.project, module, roots) is None:
        return None
    settings = evaluate(repo.project, module, environment, roots=roots, argv=("manage.py", "test"))
    return settings if settings.failure is None else None


def _module(repo: Repo, words: tuple[str, ...], name: str, environment: Environment) -> str | None:
    for index, word in enumerate(words):
        for option in ("--settings", "--ds"):
            if word.startswith(f"{option}="):
                return word.partition("=")[2]
            if word == option and index + 1 < len(words):
                return words[index + 1]
    given = environment.get("DJANGO_SETTINGS_MODULE")
    if isinstance(given, Unknown):
        return None
    if given is not None and given.value:
        return given.value
    namings = named_modules(repo.project)
    of_tests = {one.module for one in namings if one.by == "tests"}
    if name == "pytest":
        return of_tests.pop() if len(of_tests) == 1 else None
    paths = repo.project.named("manage.py")
    source = repo.project.read(paths[0]) if len(paths) == 1 else None
    return default_module(source) if source is not None else None
