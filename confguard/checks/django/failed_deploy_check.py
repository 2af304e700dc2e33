"""``manage.py check --deploy`` has nothing to say about the settings that production gets."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._entries import near
from confguard.finding import Finding, Label
from confguard.model.deployment import App, Deployment
from confguard.model.django.csrf import unprotected_forms
from confguard.model.django.deploy_checks import Message, deploy_checks
from confguard.model.repo import Repo
from confguard.model.value import Known
from confguard.source import Span
from confguard.words import joined

_TOLD = frozenset({"security.W009", "security.W018", "security.W020"})
"""What other rules tell: default-secret-key, debug-enabled, unusable-allowed-host."""


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each application, with all that the command would report."""
    for deployment in repo.production:
        groups: dict[tuple[str, tuple[Message, ...]], list[App]] = {}
        for app in deployment.apps:
            starts = app.settings.failure is None or app.settings.failure.placeholder
            if starts and "MIDDLEWARE" in app.settings and any(map(deployment.serves_http, app.services)):
                groups.setdefault((app.settings.path, _messages(repo, app)), []).append(app)
        for (_, messages), apps in groups.items():
            names = tuple(one for app in apps for one in app.services if deployment.serves_http(one))
            yield from _judge(deployment, apps[0], names, messages)


def _messages(repo: Repo, app: App) -> tuple[Message, ...]:
    messages = deploy_checks(app.settings).messages
    if unprotected_forms(repo.project, app.settings) is not None:
        messages = tuple(one for one in messages if one.id != "security.W003")  # missing-csrf-protection
    return tuple(one for one in messages if one.id not in _TOLD and not _is_placeholder(app, one))


def _judge(
    deployment: Deployment, app: App, services: tuple[str, ...], messages: tuple[Message, ...]
) -> Iterator[Finding]:
    place = near(app.settings, *(one.setting for one in messages))
    if not messages or place is None:
        return
    ids = [one.id.removeprefix("security.") for one in messages]
    word = "service" if len(services) == 1 else "services"
    yield Finding(
        f"`manage.py check --deploy` reports {joined(ids)} for {word} {joined(services)}",
        Label(place, _words(place, messages[0])),
        tuple(_places(app, messages[1:], place)),
        notes=(
            *(f"{one.id} ({one.setting}): {one.text}" for one in messages),
            f"{app.settings.module} is the settings module",
        ),
        help="set what the messages name, or list those that do not apply in SILENCED_SYSTEM_CHECKS",
        stacks=(deployment.name,),
        address=("check --deploy", app.settings.module, *services),
    )


def _words(place: Span, message: Message) -> str:
    """Return the label of the finding's place, which may be another setting's where this one is not set."""
    here = message.setting in place.file.line_text(place.line)
    return f"{message.setting}: {message.text}" if here else f"these settings do not set {message.setting}"


def _is_placeholder(app: App, message: Message) -> bool:
    """Say whether a message is about a template's text where an operator puts a secret."""
    value = app.settings.get(message.setting)
    return message.setting.startswith("SECRET_KEY") and (not isinstance(value, Known) or value.from_template)


def _places(app: App, messages: tuple[Message, ...], primary: Span) -> Iterator[Label]:
    lines = {(primary.path, primary.line)}
    for one in messages:
        value = app.settings.values.get(one.setting)
        span = value.span.first_line() if value is not None and value.span else None
        if span is not None and (span.path, span.line) not in lines and one.setting != "MIDDLEWARE":
            lines.add((span.path, span.line))
            yield Label(span, f"{one.setting}: {one.text}")
