"""Service containers that the steps of a job cannot reach under the name or port which they are given.

Source: docs.github.com, "Communicating with Docker service containers": the services of a job that runs on
the runner are reached at ``localhost`` and the ports that they publish; those of a job that runs in a
container by their names, and no port has to be published.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.model.image import DATASTORES, parse_image
from confguard.model.workflows.jobs import jobs, text_of
from confguard.parsers.workflows import Job, JobService, Variable
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.repo import Repo

_OTHER_NETWORK = re.compile(
    r"/etc/hosts|job\.services|job\.container|\bdocker[ -]compose\b|\bdocker\s+(run|network|exec)\b|docker://|"
    r"\bsystemctl\b|\bservice\s+\w+\s+start\b|\bapt(-get)?\s+install\b|\bdnsmasq\b|\bkubectl\b|\bkind\b",
)
_IN_URL = re.compile(r"^[a-z][a-z0-9+.-]*://(?:[^@/\s]*@)?(?P<host>[A-Za-z0-9_.-]+)(?::(?P<port>\d+))?")
_HOST_NAME = re.compile(r"(^|_)(HOST|HOSTNAME|SERVER|ADDR|ADDRESS)$")
_PAIR = re.compile(r"^(?P<host>[A-Za-z0-9_.-]+):(?P<port>\d+)$")
_LOCAL = ("localhost", "127.0.0.1")


@dataclass(frozen=True, slots=True)
class Unreached:
    """A variable whose host or port does not lead to a service of its job.

    ``by_name`` says that the service's name is used where it is no host; else the port is not published.
    """

    job: Job
    service: JobService
    variable: str
    span: Span
    by_name: bool
    port: int | None


def unreached(repo: Repo) -> Iterator[Unreached]:
    """Yield what surely does not lead to a service container, once for each service of a job."""
    for _, job in jobs(repo):
        if job.in_container or not job.services or not job.services_known:
            continue
        if _OTHER_NETWORK.search(text_of(job)) or any(
            step.uses.startswith(("docker:", "./")) for step in job.steps
        ):
            continue
        seen: set[str] = set()
        variables = [
            (name, one) for step in job.steps if step.lines for name, one in step.environment.items()
        ]
        for name, variable in variables:
            found = _of(job, name, variable)
            if found is not None and found.service.name not in seen:
                seen.add(found.service.name)
                yield found


def _of(job: Job, name: str, variable: Variable) -> Unreached | None:
    if variable.text is None:
        return None
    match = _IN_URL.match(variable.text) or _PAIR.match(variable.text)
    host = match["host"] if match else (variable.text if _HOST_NAME.search(name) else "")
    port = int(match["port"]) if match and match["port"] else None
    for service in job.services:
        if service.name == host and "." not in host and host not in _LOCAL:
            return Unreached(job, service, name, variable.span, True, port)
    if host not in _LOCAL or port is None or any(service.ports is None for service in job.services):
        return None
    if any(_publishes(one, port) for one in job.services):
        return None
    for service in job.services:
        if port in _usual_ports(service) and not service.ports:
            return Unreached(job, service, name, variable.span, False, port)
    return None


def _usual_ports(service: JobService) -> tuple[int, ...]:
    reference = parse_image(service.image) if service.image else None
    store = DATASTORES.get(reference.name) if reference else None
    return store[1] if store else ()


def _publishes(service: JobService, port: int) -> bool:
    for text in service.ports or ():
        host = text.partition("/")[0].split(":")
        if len(host) > 1 and _covers(host[-2], port):
            return True
    return False


def _covers(text: str, port: int) -> bool:
    first, _, last = text.partition("-")
    return first.isdigit() and int(first) <= port <= int(last if last.isdigit() else first)
