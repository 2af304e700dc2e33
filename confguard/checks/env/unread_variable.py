"""Somebody reads what the env files of production set."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.caddy import undelivered
from confguard.model.delivery import delivery_of
from confguard.model.delivery.files import EnvEntry, UsedEnvFile, used_env_files
from confguard.model.delivery.misspelt import misspellings
from confguard.model.delivery.programs import library_that_reads
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.model.value import Known
from confguard.source import Span
from confguard.words import joined

_SHOWN = 5
_USE = re.compile(r"\$\{?([A-Za-z_]\w*)")


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each env file with keys that nobody reads."""
    allowed = frozenset(repo.options["unread-variable"]["allow"])
    for deployment in repo.production:
        # What is nearly the name of another has a rule of its own.
        told = allowed | {one.name for app in deployment.apps for one, _ in misspellings(deployment, app)}
        told |= {read.key for app in deployment.apps for read in app.settings.reads}
        for file in used_env_files(deployment):
            used = _interpolated(repo, file)
            dead = [
                entry
                for entry in file.entries
                if entry.key not in told and _is_dead(deployment, file, entry, used)
            ]
            if dead:
                yield _finding(deployment.name, file, dead)
            if file.fills and not file.services:
                yield from _overruled(deployment, file, used)
            if file.fills and file.is_stand_in:
                yield from _of_others(repo, deployment, file, told | {entry.key for entry in dead})
        yield from _given(deployment, allowed)


def _interpolated(repo: Repo, file: UsedEnvFile) -> set[str]:
    """Return what Compose files use, those left out that another template sets."""
    used: set[str] = set()
    for deployment in repo.deployments:
        sources = {source.read for source in deployment.compose.env_sources} - {None}
        elsewhere = set(deployment.compose.environment.values) if file.read not in sources else set()
        used.update(use.name for use in deployment.compose.interpolations if use.name not in elsewhere)
    # Compose files that are no part of the stacks, where the configuration names these, read it too.
    judged = {path for deployment in repo.deployments for path in deployment.stack.files}
    for one in repo.files:
        source = (
            repo.project.read(one.path) if one.kind.value == "compose" and one.path not in judged else None
        )
        used.update(_USE.findall(source.text) if source is not None else ())
    return used


def _overruled(deployment: Deployment, file: UsedEnvFile, used: set[str]) -> Iterator[Finding]:
    """Yield what only fills Compose files, where these write a value of their own in its place."""
    # A project that runs without containers too has the same file for that.
    read = {one.key for app in deployment.apps for one in app.settings.reads}
    lines: dict[str, Span] = {}
    services: dict[str, Span] = {}
    for entry in file.entries:
        if entry.key in used or entry.key in read or not entry.value:
            continue
        for name, service in deployment.services.items():
            value = service.environment.get(entry.key)
            if isinstance(value, Known) and value.span is not None and value.span.path != file.read:
                lines.setdefault(entry.key, entry.line)
                services.setdefault(name, value.span)
    if lines:
        names = list(lines)
        yield Finding(
            f"{joined(names)} of {file.read} {'changes' if len(names) == 1 else 'change'} nothing: "
            f"the Compose file itself says what {joined(list(services))} get{'s' * (len(services) == 1)}",
            Label(lines[names[0]], "no Compose file takes this"),
            (
                *(Label(lines[name], "nor this") for name in names[1:_SHOWN]),
                *(Label(span.first_line(), "is given instead") for span in dict.fromkeys(services.values())),
            ),
            help=f"write `${{{names[0]}}}` there, or take the line out",
            stacks=(deployment.name,),
            address=(file.read, *names, "overruled"),
        )


def _of_others(
    repo: Repo, deployment: Deployment, file: UsedEnvFile, told: frozenset[str]
) -> Iterator[Finding]:
    """Yield what a template sets that only Compose files of other stacks use, which have one of their own."""
    own = [one for one in repo.deployments if any(s.read == file.read for s in one.compose.env_sources)]
    others = [one for one in repo.production if one not in own and one.compose.env_sources]
    used = {use.name for one in own for use in one.compose.interpolations}
    code = deployment.evaluations.code
    # Of what a Caddyfile asks for in vain undelivered-proxy-variable tells.
    told = told | {one.name for service in deployment.services for one in undelivered(deployment, service)}
    read = {one.name for one in code.front_end("")}
    elsewhere = {use.name: use.span for one in others for use in one.compose.interpolations}
    dead = [
        entry
        for entry in file.entries
        if entry.key in elsewhere
        and entry.key not in used | told
        and entry.key not in read
        and not library_that_reads(entry.key)
        and not code.mentions("", (entry.key,))
    ]
    if not dead:
        return
    names = [entry.key for entry in dead]
    shown = [*names[:_SHOWN], *([f"{len(names) - _SHOWN} more"] if len(names) > _SHOWN else [])]
    places = [span for name in names if (span := elsewhere[name]) is not None]
    yield Finding(
        f"{joined(shown)} of {file.read} {'changes' if len(names) == 1 else 'change'} nothing: only "
        "another stack, which has a template of its own, uses "
        f"{'it' if len(names) == 1 else 'them'}",
        Label(dead[0].line, "no Compose file that this one fills asks for it"),
        (
            *(Label(entry.line, "nor for this") for entry in dead[1:_SHOWN]),
            *(Label(span.first_line(), "is used here") for span in places[:2]),
        ),
        help=f"use `${{{names[0]}}}` in this stack as well, or take the line out of this template",
        stacks=(deployment.name,),
        address=(file.read, *names, "other stack"),
    )


def _is_dead(deployment: Deployment, file: UsedEnvFile, entry: EnvEntry, used: set[str]) -> bool:
    name = entry.key
    if name in used or name != name.upper() or library_that_reads(name):
        return False
    if any(delivery_of(deployment, service).may_be_read(name) for service in file.services):
        return False
    return name not in deployment.evaluations.code.words


def _finding(stack: str, file: UsedEnvFile, dead: list[EnvEntry]) -> Finding:
    names = [entry.key for entry in dead]
    shown = [*names[:_SHOWN], *([f"{len(names) - _SHOWN} more"] if len(names) > _SHOWN else [])]
    return Finding(
        f"nothing reads {joined(shown)} of {file.read}",
        Label(dead[0].line, "no settings, script, image or Compose file asks for it"),
        tuple(Label(entry.line, "nor for this") for entry in dead[1:_SHOWN]),
        help="take it out, or look for the name under which it is read now",
        stacks=(stack,),
        address=(file.read, *names),
    )


def _given(deployment: Deployment, allowed: frozenset[str]) -> Iterator[Finding]:
    """Yield what Compose files give to Django services themselves, joined by what is given in vain."""
    groups: dict[tuple[str, ...], dict[str, dict[str, Span]]] = {}
    for name, service in deployment.services.items():
        if deployment.app_of(name) is None:
            continue
        delivery = delivery_of(deployment, name)
        app = deployment.app_of(name)
        told = {one.name for one, _ in misspellings(deployment, app)} if app is not None else set()
        dead = {
            key: value.span
            for key, value in service.environment.items()
            if value is not None
            and value.span is not None
            and key not in told
            and key not in allowed
            and not delivery.may_be_read(key)
        }
        if dead:
            groups.setdefault(tuple(dead), {})[name] = dead
    for keys, services in groups.items():
        shown = [*keys[:_SHOWN], *([f"{len(keys) - _SHOWN} more"] if len(keys) > _SHOWN else [])]
        places = list(dict.fromkeys(span for dead in services.values() for span in dead.values()))
        yield Finding(
            f"nothing in {joined(list(services))} reads {joined(shown)}",
            Label(places[0].first_line(), "neither settings, code nor script asks for it"),
            tuple(Label(place.first_line(), "nor for this") for place in places[1:_SHOWN]),
            help="take it out, or look for the name under which it is read now",
            stacks=(deployment.name,),
            address=(*services, *keys),
        )
