"""A Django setting has one of the wanted values in every application that answers requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from confguard.model.deployment import App
from confguard.model.value import Known
from confguard.readiness.outcome import Outcome, State, Subject, cannot_tell, failed, passed, together
from confguard.readiness.probes._subject import beginning, place, readable, serving, why_unreadable

_ABSENT = object()


def look(
    subject: Subject,
    name: str,
    equals: Any = _ABSENT,
    one_of: tuple[Any, ...] = (),
    truthy: bool | None = None,
    optional: bool = False,
    written: bool = False,
    empty: str = "",
) -> Outcome:
    """Look at a setting: it ``equals`` a value, is ``one_of`` several, or is ``truthy`` or not.

    An application that does not set it has Django's default; one that Django does not know of fails, or
    passes where it is ``optional``. What has to be ``written`` is not told from Django's default, and what is
    empty is not told where ``empty`` says when that is right.
    """
    wanted = tuple(one_of) if equals is _ABSENT else (equals, *one_of)
    if not serving(subject):
        return cannot_tell("no service of the stack is known to run the repository's Django")
    found = together(_of_apps(subject, name, wanted, truthy, optional, written))
    if empty and found.state is State.FAILED and " is empty" in found.text:
        return cannot_tell(f"{found.text}: {empty}", found.evidence)
    return found


def _of_apps(
    subject: Subject, name: str, wanted: tuple[Any, ...], truthy: bool | None, optional: bool, written: bool
) -> Iterator[Outcome]:
    for app in serving(subject):
        if not readable(app) and name not in app.settings:
            yield cannot_tell(why_unreadable(app))
        elif written and name not in app.settings:
            yield cannot_tell(f"{name} is Django's default, and no file says what it should be")
        else:
            yield _of_app(subject, app, name, wanted, truthy, optional)


def _of_app(
    subject: Subject, app: App, name: str, wanted: tuple[Any, ...], truthy: bool | None, optional: bool
) -> Outcome:
    from confguard.model.django import plain

    where = f" in {app.where}" if app.where else ""
    value = app.settings.get(name)
    source = subject.repo.project.read(app.settings.path)
    if value is None:
        text = f"{name} is not set{where}"
        if optional and source is not None:
            return passed(text, [beginning(source, f"{name} is not set here")])
        return failed(text, [beginning(source)] if source else [])
    evidence = place(value.span, f"{name}{where}")
    if evidence is None and source is not None:
        evidence = beginning(source, f"{name} has Django's default")
    if not isinstance(value, Known):
        return cannot_tell(f"{name} is not known{where}: {value.reason}", [evidence])
    try:
        data = plain(value)
    except ValueError as error:
        return cannot_tell(f"{name} is partly known{where}: {error}", [evidence])
    holds = (not wanted or data in wanted) and (truthy is None or bool(data) is truthy)
    shown = (
        f" is {data!r}"
        if isinstance(data, bool | int | float) or data is None
        else " is set"
        if data
        else " is empty"
    )
    if holds:
        return passed(f"{name}{shown}{where}", [evidence])
    return Outcome(State.FAILED, f"{name}{shown}{where}", (evidence,) if evidence else ())
