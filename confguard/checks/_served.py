"""Findings about requests for static and uploaded files that nobody answers. Shared; no rule of its own."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.deployment import Deployment
from confguard.model.nginx import Request, route
from confguard.model.own_files import keeps_uploads, kept_in_folders, serves_itself
from confguard.model.responses.behind import app_behind
from confguard.model.served_files import Answer, Served, served
from confguard.source import Span

WORDS = {"STATIC": "static files", "MEDIA": "uploaded files"}


def unserved(deployment: Deployment, kind: str) -> Iterator[Finding]:
    """Yield one finding for each application whose files nginx leaves to somebody who has none."""
    reported: set[tuple[str, ...]] = set()
    for one in served(deployment, kind):
        if one.app.services in reported or not _nobody_answers(deployment, one):
            continue
        if kind == "MEDIA" and not keeps_uploads(deployment):
            continue
        reported.add(one.app.services)
        yield _finding(deployment, one)


def _nobody_answers(deployment: Deployment, one: Served) -> bool:
    if one.answer is Answer.APP:
        return serves_itself(deployment, one.app, one.kind) is False
    # Only pages of Django need its static files: the admin's are those that every project has.
    return (
        one.answer is Answer.ELSEWHERE and kept_in_folders(one.app, one.kind) and _has_admin(deployment, one)
    )


def _has_admin(deployment: Deployment, one: Served) -> bool:
    way = one.way.request
    asked = Request("/admin/login/", way.host, way.scheme, way.port, exists=lambda path: False)
    targets = route(one.model, asked).targets
    return bool(targets) and all(app_behind(deployment, target) is one.app for target in targets)


def _finding(deployment: Deployment, one: Served) -> Finding:
    url, place = one.url, _place(one)
    what, where = WORDS[one.kind], one.app.services[0]
    behind = "a front end" if one.answer is Answer.ELSEWHERE else f"service {where}"
    reason = (
        "which does not have them"
        if one.answer is Answer.ELSEWHERE
        else "and Django serves none without DEBUG"
    )
    related = [Label(url.span.first_line(), f"{one.kind}_URL")] if url.span else []
    root = one.app.settings.get(f"{one.kind}_ROOT")
    if root is not None and root.span is not None:
        related.append(Label(root.span.first_line(), "where they are collected"))
    return Finding(
        f"{what} under `{url.value}` are passed to {behind}, {reason}",
        Label(place, "takes these requests"),
        tuple(related),
        notes=(f"nginx of service {one.model.service} finds no file itself: {one.why}",) if one.why else (),
        help=f"add `location {url.value} {{ alias /FOLDER/; }}` with a volume that both services mount"
        + (", or serve them with WhiteNoise" if one.kind == "STATIC" else ""),
        stacks=(deployment.name,),
        address=(one.model.service, where, one.kind),
    )


def _place(one: Served) -> Span:
    location = one.way.location
    place = location.span if location is not None else None
    if one.way.statement is not None and not one.way.statement.stock:
        place = place or one.way.statement.span
    found = place or one.server.span or one.url.span
    assert found is not None
    return found.first_line()
