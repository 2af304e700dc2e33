"""The trail of a setting in the words and labels of a finding. Shared by checks; no rule of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from confguard.finding import Label
from confguard.model.deployment import App, Deployment
from confguard.model.value import Known, Origin, Step, Unknown
from confguard.source import Span
from confguard.words import services_named

if TYPE_CHECKING:
    from confguard.model.django import Settings


_HANDED_ON = re.compile(r"[\"']?(?:[\w.]+=)?[\"']?\$(?:\w+|\{\w+(?::?[-?+][^\n]*)?\})?[\"']?")
_ENVIRONMENT = re.compile(r"services\.([^.]+)\.environment\.(.+)\Z")


def deliveries(value: Known[Any] | Unknown, limit: int = 4) -> tuple[Label, ...]:
    """Return a label for each further place in a value's trail, newest first, each line once."""
    return tuple(_labels(value))[:limit]


def _labels(value: Known[Any] | Unknown) -> Iterator[Label]:
    first = value.span
    seen = {(first.path, first.line)} if first else set()
    shown = [first] if first else []
    for step in value.trail:
        if step.span is None or (step.span.path, step.span.line) in seen:
            continue
        if any(one.file is step.span.file and one.start <= step.span.start < one.end for one in shown):
            continue  # a part of what is shown already
        seen.add((step.span.path, step.span.line))
        shown.append(step.span)
        yield Label(step.span.first_line(), _words(step))


def _words(step: Step) -> str:
    delivered = _ENVIRONMENT.match(step.text)
    if delivered:
        return f"{delivered[2]} in the environment of {delivered[1]}"
    if step.origin is Origin.TEMPLATE:
        return f"{step.text} (a template: the operator may change it)"
    return step.text


def explain(setting: Setting) -> tuple[str, ...]:
    """Return notes on where a value comes from that no label says."""
    notes = [f"{setting.settings.module} is the settings module"]
    if setting.value.from_default:
        notes.append(next(step.text for step in setting.value.trail if step.origin is Origin.DEFAULT))
    return tuple(notes)


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting as it comes to one value in the same way in one or more applications of a deployment."""

    value: Known[Any]
    services: tuple[str, ...]
    settings: Settings
    delivered: tuple[str, ...] = ()
    """The texts of the environment that it is made of, as far as they are known."""

    @property
    def place(self) -> Span | None:
        """The first line of the newest place in the value's trail: where the setting gets its value."""
        return self.value.span.first_line() if self.value.span else None

    @property
    def mend(self) -> Span | None:
        """The first line of the place to mend: where a person wrote the value, or else where it is read."""
        span = written_by_hand(self.value)
        return span.first_line() if span is not None else self.place

    def where(self, preposition: str) -> str:
        """Return `` in service web``, or nothing where no service is known to run the application."""
        if not self.services:
            return ""
        return f" {preposition} {services_named(self.services)}"


def written_by_hand(value: Known[Any] | Unknown) -> Span | None:
    """Return where what delivers a value says it: the env file, the Compose file, the Dockerfile.

    None where the code says it: a literal, or a default of its own that applies.
    """
    found = None
    for step in value.trail:
        if step.span is None:
            continue
        if not step.span.path.endswith(".py"):
            found = step.span
            if _ENVIRONMENT.match(step.text) and not _HANDED_ON.fullmatch(step.span.text):
                break  # more than a variable: it is put together here
        elif found is not None or step.origin is Origin.DEFAULT or step.text == "written here":
            break
    return found


def read_and_delivered(value: Known[Any] | Unknown, place: Span, limit: int = 4) -> tuple[Label, ...]:
    """Return a label for each further place in a value's trail but the line of the finding's own place."""
    newest = (Label(value.span.first_line(), "read here"),) if value.span else ()
    found = (*newest, *deliveries(value, limit + 1))
    return tuple(one for one in found if (one.span.path, one.span.line) != (place.path, place.line))[:limit]


def known_settings(deployment: Deployment, name: str) -> tuple[Setting, ...]:
    """Return a setting wherever it is known, joined over the applications that get it in the same way."""
    groups: dict[tuple[object, ...], list[App]] = {}
    values: dict[tuple[object, ...], Known[Any]] = {}
    for app in deployment.apps:
        value = app.settings.get(name)
        if isinstance(value, Known):
            key = (repr(value.value), app.settings.path, *(step.span for step in value.trail))
            groups.setdefault(key, []).append(app)
            values[key] = value
    return tuple(
        Setting(
            values[key],
            tuple(name for app in apps for name in app.services),
            apps[0].settings,
            tuple(_delivered(apps[0], values[key])),
        )
        for key, apps in groups.items()
    )


def _delivered(app: App, value: Known[Any]) -> Iterator[str]:
    places = {step.span for step in value.trail}
    for read in app.settings.reads:
        text = app.environment.get(read.key) if read.span in places else None
        if isinstance(text, Known):
            yield text.value


def is_dangerous(name: str, value: Known[Any]) -> bool:
    """Say whether DEBUG, ALLOWED_HOSTS or SECRET_KEY is one that a rule about it tells of."""
    if name == "ALLOWED_HOSTS":
        items = getattr(value.value, "values", ())
        return any(isinstance(item, Known) and item.value == "*" for item in items)
    return bool(value.value)


def never_passed(deployment: Deployment, setting: Setting) -> tuple[Label, ...]:
    """Return the lines of env files that set what a setting reads, and that no service passes on."""
    from confguard.model.delivery.files import used_env_files

    if not setting.value.from_default:
        return ()
    places = {step.span for step in setting.value.trail}
    keys = {read.key for read in setting.settings.reads if read.span in places}
    files = [file for file in used_env_files(deployment) if file.fills and not file.services]
    return tuple(
        Label(entry.line, f"fills Compose files only: no service passes {entry.key} on")
        for file in files
        for entry in file.entries
        if entry.key in keys
    )
