"""No datastore of production is published on an address that others reach."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.checks._published import left_by, number_of, open_on
from confguard.finding import Finding, Fix, Label
from confguard.fixes.compose import on_loopback, reset
from confguard.fixes.edits import whole
from confguard.model.compose import Port
from confguard.model.repo import Repo
from confguard.model.value import Known
from confguard.source import Span


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each published port of a datastore."""
    allowed = repo.options["published-datastore-port"]["allow"]
    for deployment in repo.production:
        for service in deployment.services.values():
            datastore = deployment.datastore(service)
            if datastore is None or service.name in allowed:
                continue
            for port in service.ports:
                address = open_on(port)
                if address is None or port.span is None:
                    continue
                yield Finding(
                    f"{datastore[0]} in service {service.name} is published on {number_of(port)} of "
                    f"{address}",
                    Label(port.span, "reachable from outside of the stack"),
                    tuple(Label(span, "takes nothing away") for span in left_by(deployment, service)),
                    notes=_notes(port, deployment.stack.files),
                    help=_help(port, deployment.stack.files),
                    stacks=(deployment.name,),
                    address=(service.name, _target(port)),
                    fixes=_fixes(port, list(left_by(deployment, service))),
                )


def _fixes(port: Port, emptied: list[Span]) -> tuple[Fix, ...]:
    """Return the fixes: an overlay that was to take the port away does, or it is open on loopback alone."""
    away = [reset(span) for span in emptied[:1]]
    return (
        *whole("take the port away with !reset", away, safe=False),
        *whole("publish it on 127.0.0.1 alone", [on_loopback(port)], safe=False),
    )


def _published(port: Port) -> str:
    return port.published.value if isinstance(port.published, Known) else _target(port)


def _target(port: Port) -> str:
    return port.target.value if isinstance(port.target, Known) else "?"


def _help(port: Port, files: tuple[str, ...]) -> str:
    """Say how to mend it: in the file that publishes the port, or in the production file behind it."""
    bound = f"bind it to loopback: `{_on_loopback(port)}`"
    if len(files) > 1 and port.span and port.span.path != files[-1]:
        return f"take it away in {files[-1]} with `ports: !reset []`, or {bound}"
    return f"remove it, the services of the stack do not need it; if the host itself does, {bound}"


def _on_loopback(port: Port) -> str:
    """Return the port bound to loopback, with its variables as they are written."""
    written = port.span.text.strip().strip("\"'") if port.span else ""
    if port.host_ip is None and re.fullmatch(
        r"(?:\$\{[^}]*\}|[\d$\w-])+:(?:\$\{[^}]*\}|[\d$\w-])+(?:/\w+)?", written
    ):
        return f"127.0.0.1:{written}"
    return f"127.0.0.1:{_published(port)}:{_target(port)}"


def _notes(port: Port, files: tuple[str, ...]) -> tuple[str, ...]:
    written_in = port.span.path if port.span else ""
    if len(files) > 1 and written_in != files[-1]:
        return (f"Compose appends the ports of {' and '.join(files)}: what {written_in} publishes stays",)
    return ()
