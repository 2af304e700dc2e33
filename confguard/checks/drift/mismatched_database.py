"""The application asks the database for what its container creates: name, user, password."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._trails import deliveries, read_and_delivered, written_by_hand
from confguard.finding import Finding, Label, Severity
from confguard.model.databases import PARTS, Foreign, Use, foreign, uses
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.model.secret_shape import Shape, shape_of
from confguard.model.value import Known
from confguard.words import services_named

_WORDS = {
    "name": "connects to a database that service {server} does not create",
    "user": "connects as a user that service {server} does not create",
    "password": "connects with another password than service {server} sets",
}


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each use of a database whose access differs from what the server creates."""
    for deployment in repo.production:
        strangers = list(foreign(deployment))
        for stranger in {(one.server, one.endpoint.services): one for one in strangers}.values():
            yield from _of_another_kind(deployment, stranger)
        told = set()
        for use in uses(deployment):
            if any(one.server == use.server for one in strangers):
                continue
            for part in _differing(use):
                key = (use.services, use.server, part)
                if key not in told:
                    told.add(key)
                    yield _finding(deployment, use, part)


def _differing(use: Use) -> Iterator[str]:
    """Yield what is surely different; a password is compared only for the same user."""
    for part in PARTS:
        asked, served = use.asked.part(part), use.served.part(part)
        if not isinstance(asked, Known) or not isinstance(served, Known):
            continue
        if part == "user" and asked.value == "root":
            continue
        if part == "password" and not (_same(use, "user") and _comparable(asked, served)):
            continue
        if asked.value != served.value and not _is_placeholder(asked.value, served.value):
            yield part
            if part == "user":
                return  # another user has another password


def _same(use: Use, part: str) -> bool:
    asked, served = use.asked.part(part), use.served.part(part)
    return isinstance(asked, Known) and isinstance(served, Known) and asked.value == served.value


def _comparable(asked: Known[str], served: Known[str]) -> bool:
    """Say whether two passwords are what will run: an operator replaces those of templates."""
    return not asked.from_template and not served.from_template


def _is_placeholder(*texts: str) -> bool:
    return any(shape_of(text) is Shape.PLACEHOLDER for text in texts)


def _finding(deployment: Deployment, use: Use, part: str) -> Finding:
    asked, served = use.asked.part(part), use.served.part(part)
    assert isinstance(asked, Known) and isinstance(served, Known)
    server = deployment.services[use.server]
    place = written_by_hand(asked) or asked.span or (served.span if served.span else server.span)
    assert place is not None
    shown = "" if part == "password" else f" `{asked.value}`"
    other = f" `{served.value}`" if shown else " it with another one"
    served_at = served.span or server.span
    labels = (
        [Label(served_at.first_line(), f"{use.server} creates{other or ' it with another one'}")]
        if served_at
        else []
    )
    where = services_named(use.services)
    return Finding(
        f"{where} {_WORDS[part].format(server=use.server)}"
        + (f": it asks for{shown}, and there is{other}" if shown else ""),
        Label(place.first_line(), f"{part}{shown} of {use.where}"),
        (*labels, *read_and_delivered(asked, place.first_line()), *deliveries(served)),
        help="say it once: let both sides read the same variable",
        stacks=(deployment.name,),
        address=(use.where, use.server, part),
        severity=Severity.WARNING if asked.from_template or served.from_template else None,
    )


def _of_another_kind(deployment: Deployment, one: Foreign) -> Iterator[Finding]:
    value, server = one.endpoint.value, deployment.services[one.server]
    place = written_by_hand(value) or value.span or one.endpoint.span
    if place is None:
        return
    where = services_named(one.endpoint.services)
    yield Finding(
        f"{where} speaks {one.spoken} to service {one.server}, which is a {one.store}",
        Label(place.first_line(), f"the engine of {one.spoken}"),
        (
            *read_and_delivered(value, place.first_line(), 2),
            *([Label(server.span.first_line(), f"runs {one.store}")] if server.span else []),
        ),
        help=f"let the engine, or the scheme of the URL, be that of {one.store}",
        stacks=(deployment.name,),
        address=(one.server, "engine", *one.endpoint.services),
    )
