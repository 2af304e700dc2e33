"""One switch of the template is for the front end as well as for Django."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.compose import Interpolation
from confguard.model.credentials import uses_in
from confguard.model.delivery.files import used_env_files
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo

_BUNDLED = re.compile(
    r"(?:VITE|REACT_APP|NEXT_PUBLIC|NUXT_PUBLIC|VUE_APP|PUBLIC|GATSBY|EXPO_PUBLIC)_(?P<twin>[A-Z]\w+)\Z"
)
_SWITCH = re.compile(r"true|false|yes|no|on|off|0|1", re.IGNORECASE)


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each switch that an env file has for Django, and not for the front end."""
    for deployment in repo.production:
        told: set[str] = set()
        reads = {read.key: read for app in deployment.apps for read in app.settings.reads}
        lines = {
            entry.key: entry
            for file in used_env_files(deployment)
            if file.fills
            for entry in file.entries
            if entry.value and _SWITCH.fullmatch(entry.value)
        }
        for use in _given(deployment):
            match = _BUNDLED.match(use.name)
            twin = match["twin"] if match else ""
            if use.found is not None or not use.default or use.name in told or use.span is None:
                continue
            if twin not in lines or twin not in reads or use.name in deployment.documented:
                continue
            told.add(use.name)
            entry = lines[twin]
            default = use.default.strip("\"'")[:20]
            yield Finding(
                f"{twin} of {entry.line.path} switches Django alone: {use.name}, which the front end is "
                f"given, is not in it and stays `{use.default[:20]}`",
                Label(use.span.first_line(), "takes its default whatever the env file says"),
                (
                    Label(entry.line, f"{use.name} has no line here"),
                    Label(reads[twin].span.first_line(), "Django reads the other one"),
                ),
                help=f"fill it from the same switch, `{use.name}: ${{{twin}:-{default}}}`, or add "
                f"{use.name} to {entry.line.path}",
                stacks=(deployment.name,),
                address=(use.name, twin),
            )


def _given(deployment: Deployment) -> Iterator[Interpolation]:
    """Yield the uses of variables in what front ends are built with, or started with where that is all."""
    for service in deployment.services.values():
        arguments = service.build.args if service.build is not None else {}
        environment = {name: one for name, one in service.environment.items() if name not in arguments}
        for name, value in (*arguments.items(), *environment.items()):
            if _BUNDLED.match(name) and value is not None and value.span is not None:
                yield from uses_in(deployment, value.span)
