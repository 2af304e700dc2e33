"""Names and passwords that a variable gives to a server, and of which its clients have a copy of their own.

The variables of servers are those of the images of postgres, mysql, mariadb, rabbitmq and mongo. A copy is a
literal or another variable's default with the same text: as long as nobody sets the variable, both fit.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from confguard.discover.kinds import Kind, of_kind
from confguard.model.credentials import uses_in
from confguard.model.databases import PARTS, uses
from confguard.model.endpoint_texts import MARK, URL, kind_of
from confguard.model.hosts import Reach, reach
from confguard.model.value import Known, Value
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.compose import Service
    from confguard.model.deployment import Deployment

_OF_SERVERS = (
    # User, password, and what the path of a URL names.
    ("POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB"),
    ("MYSQL_USER", "MYSQL_PASSWORD", "MYSQL_DATABASE"),
    ("MARIADB_USER", "MARIADB_PASSWORD", "MARIADB_DATABASE"),
    ("RABBITMQ_DEFAULT_USER", "RABBITMQ_DEFAULT_PASS", "RABBITMQ_DEFAULT_VHOST"),
    ("MONGO_INITDB_ROOT_USERNAME", "MONGO_INITDB_ROOT_PASSWORD", ""),
)


@dataclass(frozen=True, slots=True)
class Split:
    """One text that a client has for itself: ``variable`` changes the server's and not this one."""

    client: str
    where: str
    place: Span
    server: str
    variable: str
    served_at: Span
    whole: str = ""
    """The URL as it should be, of the server's variables; empty where the copy is no URL."""


def splits(deployment: Deployment) -> Iterator[Split]:
    """Yield the copies in the environments of a stack's clients, and in their Django settings."""
    for service in deployment.services.values():
        for name, value in service.environment.items():
            if isinstance(value, Known) and value.span is not None and "://" in value.value:
                yield from _of_url(deployment, service, name, value, value.span)
    for use in uses(deployment):
        server = deployment.services[use.server]
        for part in PARTS:
            asked, served = use.asked.part(part), use.served.part(part)
            if isinstance(asked, Known) and asked.span is not None and _is_of_code(asked):
                yield from _compared(
                    deployment, use.services[0], use.where, asked.span, asked, server, served
                )


def _is_of_code(value: Known[str]) -> bool:
    """Say whether only Python files made a value: what the environment delivers is judged there."""
    return all(step.span is None or step.span.path.endswith(".py") for step in value.trail)


def documented(deployment: Deployment, variable: str) -> tuple[Span, ...]:
    """Return the lines of env files and their templates, beside the stack's files, that set a variable."""
    from confguard.parsers.env import parse

    folders = {posixpath.dirname(path) for path in deployment.stack.files}
    files = [file for file in of_kind(deployment.files, Kind.ENV) if posixpath.dirname(file.path) in folders]
    parsed = (deployment.project.parsed(parse, file.path) for file in files)
    return tuple(
        entry.line
        for file in parsed
        if file is not None
        for entry in file.entries
        if entry.key == variable and not entry.commented
    )


def _of_url(
    deployment: Deployment, client: Service, name: str, value: Known[str], place: Span
) -> Iterator[Split]:
    for match in URL.finditer(value.value):
        user, _, password = (match["user"] or "").partition(":")
        if not password or kind_of(match["scheme"]) is None:
            continue
        found = reach(deployment, client, match["host"])
        if found.kind is not Reach.SERVICE or found.service is None:
            continue
        said = (user, password, (match["path"] or "").removeprefix("/"))
        for names in _OF_SERVERS:
            copied: dict[int, Split] = {}
            for index, (text, variable) in enumerate(zip(said, names, strict=True)):
                served = found.service.environment.get(variable) if variable else None
                asked = Known(unquote(text), value.trail)
                for one in _compared(deployment, client.name, name, place, asked, found.service, served):
                    copied[index] = one
            whole = _whole(match, {index: one.variable for index, one in copied.items()})
            yield from (replace(one, whole=whole) for one in copied.values())


def _whole(match: re.Match[str], variables: dict[int, str]) -> str:
    """Return a URL with variables for user, password and path; another password becomes ``...``."""
    user, password, path = (f"${{{variables[index]}}}" if index in variables else "..." for index in range(3))
    user = user if 0 in variables else (match["user"] or "").partition(":")[0]
    port = f":{match['port']}" if match["port"] else ""
    path = f"/{path}" if 2 in variables else match["path"] or ""
    text = f"{match['scheme']}://{user}:{password}@{match['host']}{port}{path}"
    return "" if MARK in text else text


def _compared(
    deployment: Deployment,
    client: str,
    where: str,
    place: Span,
    asked: Known[str],
    server: Service,
    served: Value[str] | None,
) -> Iterator[Split]:
    if not isinstance(served, Known) or served.span is None or asked.value != served.value or not asked.value:
        return
    if asked.from_template:
        return
    filled = uses_in(deployment, served.span)
    if len(filled) != 1 or filled[0].span is None:
        return
    variable = filled[0].name
    spans = {step.span for step in asked.trail if step.span is not None}
    if spans & {step.span for step in served.trail}:
        return
    if any(use.name == variable for span in spans for use in uses_in(deployment, span)):
        return
    yield Split(client, where, place, server.name, variable, filled[0].span)
