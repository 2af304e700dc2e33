"""No datastore of production is published on an address that others reach."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from confguard.checks._published import left_by, number_of, open_on
from confguard.finding import Finding, Fix, Label
from confguard.fixes.compose import on_loopback, reset
from confguard.fixes.edits import whole
from confguard.model.compose import Port, Service
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.model.value import Known
from confguard.source import Span


@dataclass(frozen=True)
class _Opened:
    """A port of a datastore that one stack publishes."""

    deployment: Deployment
    service: Service
    port: Port
    kind: str


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each published port of a datastore, whatever stacks publish it."""
    allowed = repo.options["published-datastore-port"]["allow"]
    groups: dict[tuple[Span, str, str], list[_Opened]] = {}
    for deployment in repo.production:
        for service in deployment.services.values():
            datastore = deployment.datastore(service)
            if datastore is None or service.name in allowed:
                continue
            for port in service.ports:
                address = open_on(port)
                if address is not None and port.span is not None and _answers(deployment, service, port):
                    one = _Opened(deployment, service, port, datastore[0])
                    groups.setdefault((port.span, service.name, f"{number_of(port)} {address}"), []).append(
                        one
                    )
    for (span, *_), found in groups.items():
        yield _finding(span, found)


def _answers(deployment: Deployment, service: Service, port: Port) -> bool:
    """Say whether a program of the container may listen where the port leads."""
    found = deployment.listening[service.name]
    target = port.target.value if isinstance(port.target, Known) else ""
    return not (found.complete and target.isdigit()) or bool(found.on(int(target)))


def _finding(span: Span, found: list[_Opened]) -> Finding:
    port = found[0].port
    emptied = list(dict.fromkeys(one for each in found for one in left_by(each.deployment, each.service)))
    # An overlay that was to take the port away is where `!reset` belongs.
    mended = next((one for one in emptied if one.path != span.path), None)
    opened = Label(span, "reachable from outside of the stack")
    labels = [Label(one, "takes nothing away") for one in emptied]
    first = next((label for label in labels if label.span == mended), opened)
    return Finding(
        f"{found[0].kind} in service {found[0].service.name} is published on {number_of(port)} of "
        f"{open_on(port)}",
        first,
        tuple(label for label in (opened, *labels) if label is not first),
        notes=_notes(span, emptied),
        help=_help(port, found[0].deployment.stack.files, mended),
        stacks=tuple(dict.fromkeys(one.deployment.name for one in found)),
        address=(found[0].service.name, _target(port)),
        fixes=_fixes(port, emptied),
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


def _help(port: Port, files: tuple[str, ...], mended: Span | None) -> str:
    """Say how to mend it: in the file that publishes the port, or in the production file behind it."""
    bound = f"bind it to loopback: `{_on_loopback(port)}`"
    if mended is not None:
        return f"take it away in {mended.path} with `ports: !reset []`, or {bound}"
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


def _notes(written: Span, emptied: list[Span]) -> tuple[str, ...]:
    files = list(dict.fromkeys([written.path, *(span.path for span in emptied)]))
    if len(files) == 1:
        return ()
    return (f"Compose appends the ports of {' and '.join(files)}: what {written.path} publishes stays",)
