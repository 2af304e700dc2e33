"""nginx takes bodies of the wanted size on the wanted paths, and no larger ones."""

from __future__ import annotations

import re
from collections.abc import Mapping

from confguard.finding import Label
from confguard.model.nginx import Route
from confguard.model.value import Known
from confguard.readiness.outcome import Outcome, State, Subject, cannot_tell, together
from confguard.readiness.probes._subject import entrances, place, why_no_entrance
from confguard.readiness.probes.routed import asked

_SIZE = re.compile(r"(\d+)([kmg]?)\Z", re.IGNORECASE)
_UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}


def look(subject: Subject, routes: Mapping[str, str], explicit: bool = True) -> Outcome:
    """Look at ``client_max_body_size`` where a POST to each path ends: ``{ "/api/import/" = "100m" }``.

    With ``explicit`` the limit that holds everywhere else is written somewhere, too, and not nginx's 1 MiB.
    """
    models = list(entrances(subject))
    if not models:
        return cannot_tell(why_no_entrance(subject))
    found = [
        _limit(way, path, size)
        for path, size in routes.items()
        for model in models
        for way in asked(model, path, "POST", 1)
    ]
    if explicit:
        found += [_explicit(way) for model in models for way in asked(model, "/", "POST", 1)]
    return together(found) if found else cannot_tell("no server of nginx takes these paths")


def _limit(way: Route, path: str, wanted: str) -> Outcome:
    label = _place(way, path)
    if not isinstance(way.body_limit, Known):
        return cannot_tell(f"the body limit of {path} is not known", [label])
    size = _SIZE.match(wanted)
    bytes_wanted = int(size[1]) * _UNITS[size[2].lower()] if size else -1
    state = State.PASSED if way.body_limit.value == bytes_wanted else State.FAILED
    text = f"{path} takes bodies of {_text(way.body_limit.value)}" + (
        "" if state is State.PASSED else f", not {wanted}"
    )
    return Outcome(state, text, (label,) if label else ())


def _explicit(way: Route) -> Outcome:
    label = _place(way, "/")
    if not isinstance(way.body_limit, Known):
        return cannot_tell("the body limit is not known", [label])
    if way.body_limit.span is None:
        return Outcome(State.FAILED, "the body limit is nginx's own 1 MiB", (label,) if label else ())
    return Outcome(State.PASSED, f"the default is {_text(way.body_limit.value)}", (label,) if label else ())


def _place(way: Route, path: str) -> Label | None:
    span = way.body_limit.span if isinstance(way.body_limit, Known) else None
    if span is None and way.server is not None:
        span = way.server.level.span
    return place(span, path)


def _text(size: int) -> str:
    for unit in ("g", "m", "k"):
        if size and size % _UNITS[unit] == 0:
            return f"{size // _UNITS[unit]}{unit}"
    return "any size" if size == 0 else str(size)
