"""The programs of one application run with the same settings."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._roles import meant_for_production
from confguard.finding import Finding, Label
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.model.running_settings import Running, disagreeing
from confguard.source import Span


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each stack in which an entry point's default makes programs disagree."""
    for deployment in meant_for_production(repo):
        found = disagreeing(deployment)
        if found:
            yield from _finding(deployment, found)


def _words(one: Running) -> str:
    what = {"server": "the server", "worker": "Celery"}.get(one.kind, f"manage.py {_command(one)}".strip())
    return f"{what} in service {one.service}"


def _command(one: Running) -> str:
    return next((word for word in one.program.words[1:] if not word.startswith("-")), "")


def _finding(deployment: Deployment, found: tuple[Running, ...]) -> Iterator[Finding]:
    odd = next(one for one in found if one.by_default)
    others = [one for one in found if one.module != odd.module]
    places: dict[Span, str] = {}
    for one in (odd, *others):
        span = one.span or one.program.span or deployment.services[one.service].span
        if span is not None:
            places.setdefault(span.first_line(), f"{_words(one)} runs with {one.module}")
    labels = [Label(span, text) for span, text in places.items()]
    if len(labels) < 2:
        return
    yield Finding(
        f"{_words(odd)} runs with the settings `{odd.module}`, {_words(others[0])} with `{others[0].module}`",
        labels[0],
        tuple(labels[1:5]),
        notes=("without DJANGO_SETTINGS_MODULE in the environment each entry point's own default counts",),
        help="deliver DJANGO_SETTINGS_MODULE to all services of the application, and give all entry "
        "points the same default",
        stacks=(deployment.name,),
        address=tuple(sorted({one.service for one in found})),
    )
