"""How many processes of an application answer requests side by side."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from confguard.model.value import Known

if TYPE_CHECKING:
    from confguard.model.deployment import Deployment

_SERVER = re.compile(r"(?:^|[\s/;&|])(gunicorn|uvicorn|hypercorn|granian)\b(?P<options>[^;&|\n]*)")
_WORKERS = re.compile(r"(?:^|\s)(?:--workers[=\s]\s*|-w\s*)(\d+)\b")
_CONCURRENCY = ("gunicorn", "uvicorn")
"""Servers that read WEB_CONCURRENCY where no option says how many workers there are (their documentation)."""


def worker_processes(deployment: Deployment, service: str) -> int | None:
    """Return how many processes of a service answer requests, over all replicas; None if not known."""
    process = deployment.processes[service]
    replicas = process.service.replicas
    if replicas is not None and not isinstance(replicas, Known):
        return None
    match = _SERVER.search(" ".join(process.words))
    if match is None:
        return None
    workers = _WORKERS.search(match["options"])
    count = int(workers[1]) if workers else 1
    if workers is None and match[1] in _CONCURRENCY:
        if "-c " in match["options"] or "--config" in match["options"]:
            return None  # its configuration file may say so
        value = process.environment.get("WEB_CONCURRENCY")
        if value is not None:
            if not isinstance(value, Known) or not value.value.isdecimal():
                return None
            count = int(value.value)
    return count * (replicas.value if replicas is not None else 1)
