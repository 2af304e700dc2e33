"""How many processes of an application answer requests side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from confguard.model.listening import programs
from confguard.model.listening.types import option
from confguard.model.time_limits import workers
from confguard.model.value import Known

if TYPE_CHECKING:
    from confguard.model.deployment import Deployment
    from confguard.model.listening import Program

_SERVERS = ("gunicorn", "uvicorn", "hypercorn", "granian")
_CONCURRENCY = ("gunicorn", "uvicorn")
"""Servers that read WEB_CONCURRENCY where no option says how many workers there are (their documentation)."""


def worker_processes(deployment: Deployment, service: str) -> int | None:
    """Return how many processes of a service answer requests, over all replicas; None if not known."""
    replicas = deployment.services[service].replicas
    if replicas is not None and not isinstance(replicas, Known):
        return None
    found = [one for one in programs(deployment, service) if one.name in _SERVERS and one.sure]
    count = _workers(deployment, service, found[0]) if len(found) == 1 else None
    if count is None:
        return None
    return count * (replicas.value if replicas is not None else 1)


def _workers(deployment: Deployment, service: str, program: Program) -> int | None:
    if program.name == "gunicorn":
        said = workers(deployment, service, program)
        if said is not None:
            return said.value if isinstance(said, Known) else None
    else:
        texts = option(program.words[1:], "-w", "--workers")
        if texts:
            return int(texts[-1]) if texts[-1].isascii() and texts[-1].isdigit() else None
    value = program.environment.get("WEB_CONCURRENCY") if program.name in _CONCURRENCY else None
    if value is None:
        return 1
    return int(value.value) if isinstance(value, Known) and value.value.isdecimal() else None
