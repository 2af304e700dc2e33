"""Every entry of CORS_ALLOWED_ORIGINS is an origin."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.checks._entries import Entry, by_fault, listed, others, rewritten, said_of, serving
from confguard.checks._trails import Setting, explain
from confguard.finding import Finding, Label, Severity
from confguard.model.deployment import Deployment
from confguard.model.django.hosts import cors_fault
from confguard.model.repo import Repo

_CHECKED = re.compile(r"manage\.py\s+(migrate|check|runserver)\b|django-admin\s+(migrate|check|runserver)\b")


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each kind of entries that django-cors-headers refuses, or that match nothing."""
    for deployment in repo.production:
        for name in ("CORS_ALLOWED_ORIGINS", "CORS_ORIGIN_WHITELIST"):
            for origins in serving(deployment, name):
                newer = name == "CORS_ORIGIN_WHITELIST" and "CORS_ALLOWED_ORIGINS" in origins.settings
                if not newer:  # the newer name wins
                    for fault, works, alike in by_fault(origins, cors_fault, of_text=False):
                        yield _finding(deployment, name, origins, alike, fault, works)


def _finding(
    deployment: Deployment, name: str, origins: Setting, alike: list[Entry], fault: str, works: bool
) -> Finding:
    first = alike[0]
    refused = (
        fault != "has a star, which stands for nothing: patterns belong into CORS_ALLOWED_ORIGIN_REGEXES"
    )
    checked = refused and any(_CHECKED.search(one.text) for one in deployment.processes.values())
    return Finding(
        f"{listed(alike)} in {name}{origins.where('of')} {said_of(alike, fault)}",
        Label(first.place, "the check of django-cors-headers refuses it" if refused else "matches no origin"),
        others(first.value, first.place),
        notes=(
            *explain(origins),
            *(("`manage.py migrate` runs the check first, and stops",) if checked else ()),
            *(() if works else ("no origin is allowed by it",)),
        ),
        help="write scheme and host, with the port if browsers show one, and nothing behind: `https://example.com`",
        stacks=(deployment.name,),
        address=(name, fault, *origins.services),
        severity=Severity.ERROR if checked and not first.value.from_template else Severity.WARNING,
        fixes=rewritten(alike, lambda text: text.rstrip("/")) if fault == "ends with a slash" else (),
    )
