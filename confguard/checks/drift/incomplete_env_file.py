"""The env file that a deployment writes holds what the stack needs."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.delivery.files import UsedEnvFile, used_env_files
from confguard.model.delivery.names import meant
from confguard.model.delivery.written import WrittenEnvFile, written_env_files
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.source import Span
from confguard.words import joined

_SHOWN = 5


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each env file that is written without what Compose or the settings need."""
    written = tuple(written_env_files(repo.project, repo.files))
    for deployment in repo.production if written else ():
        for path, file in _wanted(deployment).items():
            for one in written:
                if one.target == posixpath.basename(path) and not (file is not None and file.is_private):
                    yield from _judge(deployment, path, file, one)


def _wanted(deployment: Deployment) -> dict[str, UsedEnvFile | None]:
    """Return the env files that only the host has, with what stands in for each."""
    used = {file.path: file for file in used_env_files(deployment)}
    paths = [source.path for source in deployment.compose.env_sources]
    return {path: used.get(path) for path in paths if not deployment.project.exists(path)}


def _judge(
    deployment: Deployment, path: str, file: UsedEnvFile | None, written: WrittenEnvFile
) -> Iterator[Finding]:
    needed: dict[str, Span] = {}
    for use in deployment.compose.interpolations:
        if use.span is not None and use.operator in ("", "?", ":?") and use.name not in written.keys:
            needed.setdefault(use.name, use.span)
    services = set(file.services) if file is not None else set()
    for app in deployment.apps:
        for read in app.settings.reads if services & set(app.services) else ():
            if read.required and not read.conditional and read.key not in written.keys:
                value = app.environment.get(read.key)
                if value is None or (
                    file is not None and any(_is_in(file, step.span) for step in value.trail)
                ):
                    needed.setdefault(read.key, read.span)
    if not needed:
        return
    names = list(needed)
    shown = [*names[:_SHOWN], *([f"{len(names) - _SHOWN} more"] if len(names) > _SHOWN else [])]
    near = {name: meant(name, written.keys) for name in names}
    yield Finding(
        f"{written.by.path} writes {path} without {joined(shown)}",
        Label(next(iter(written.keys.values())), f"writes {len(written.keys)} variables"),
        (
            *(Label(needed[name].first_line(), f"needs {name}") for name in names[:_SHOWN]),
            *(
                Label(written.keys[other], f"perhaps meant for {name}")
                for name, other in near.items()
                if other
            ),
        ),
        help=f"write {'it' if len(names) == 1 else 'them'} too, or give what may be absent a default",
        stacks=(deployment.name,),
        address=(written.by.path, path, *names),
    )


def _is_in(file: UsedEnvFile, span: Span | None) -> bool:
    return span is not None and span.file is file.source
