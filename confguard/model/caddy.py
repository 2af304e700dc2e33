"""What a Caddyfile takes from the environment of its container.

``{$NAME}`` and ``{$NAME:default}`` are replaced before a Caddyfile is parsed, an unset variable by nothing
(Caddy: "Caddyfile Concepts", environment variables; ``caddyconfig/caddyfile/parse.go``, ``replaceEnvVars``).
The image reads ``/etc/caddy/Caddyfile``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.model.value import Known
from confguard.source import SourceFile, Span

if TYPE_CHECKING:
    from confguard.model.deployment import Deployment

_FILE = "/etc/caddy/Caddyfile"
_USE = re.compile(r"\{\$(?P<name>[A-Za-z_]\w*)(?P<default>:[^}\n]*)?\}")
_COMMENT = re.compile(r"(?m)(?:^|(?<=\s))#[^\n]*")


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a variable. ``address`` says that it is what a site is called: the line opens a block."""

    name: str
    default: str
    address: bool
    span: Span


def undelivered(deployment: Deployment, service: str) -> tuple[Use, ...]:
    """Return the uses of variables that the container of a Caddy surely does not have."""
    reference = deployment.base_image(deployment.services[service])
    if reference is None or reference.name != "caddy":
        return ()
    process = deployment.processes[service]
    found = deployment.container_files[service].source_of(_FILE)
    source = deployment.project.read(found.value) if isinstance(found, Known) else None
    if source is None or any(not one.present and one.stand_in is None for one in process.service.env_files):
        return ()
    environment = process.environment
    return tuple(use for use in _uses(source) if use.name not in environment)


def _uses(source: SourceFile) -> Iterator[Use]:
    text = _COMMENT.sub(lambda match: " " * len(match[0]), source.text)
    for match in _USE.finditer(text):
        line = text[text.rfind("\n", 0, match.start()) + 1 :].partition("\n")[0].rstrip()
        address = line.startswith("{$") and line.endswith("{") and line != "{"
        default = (match["default"] or "").removeprefix(":")
        yield Use(match["name"], default, address, source.span(match.start(), match.end()))
