"""Every entry of CSRF_TRUSTED_ORIGINS is an origin as browsers send it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from confguard.checks._entries import Entry, by_fault, listed, more, rewritten, said_of, serving
from confguard.checks._trails import Setting, explain
from confguard.finding import Finding, Label, Severity
from confguard.model.deployment import Deployment
from confguard.model.django.hosts import csrf_fault
from confguard.model.repo import Repo

_CHECKED = re.compile(r"manage\.py\s+(migrate|check|runserver)\b|django-admin\s+(migrate|check|runserver)\b")
_MENDS: dict[str, Callable[[str], str]] = {
    "ends with a slash": lambda text: text.rstrip("/"),
    "has a space around it": str.strip,
    "has upper case, which no browser sends": str.lower,
    "names port 443, which no browser sends for https": lambda text: text.removesuffix(":443"),
    "names port 80, which no browser sends for http": lambda text: text.removesuffix(":80"),
}
"""What is wrong with an origin, and how to write it: nothing else can be meant."""

_HELP = "write scheme and host, with the port if browsers show one, and nothing behind: `https://example.com`"


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each kind of entries that trust no origin."""
    for deployment in repo.production:
        for origins in serving(deployment, "CSRF_TRUSTED_ORIGINS"):
            major = (origins.settings.version or "").split(".")[0]
            if major.isdigit() and int(major) < 4:
                continue  # hosts were written without a scheme then
            for fault, refused, alike in by_fault(origins, csrf_fault, of_text=True):
                yield _finding(deployment, origins, alike, fault, refused)


def _finding(
    deployment: Deployment, origins: Setting, alike: list[Entry], fault: str, refused: bool
) -> Finding:
    first = alike[0]
    checked = refused and any(_CHECKED.search(one.text) for one in deployment.processes.values())
    refusal = "its checks refuse it (4_0.E001), `manage.py migrate` with them" if checked else ""
    return Finding(
        f"{listed(alike)} in CSRF_TRUSTED_ORIGINS{origins.where('of')} {said_of(alike, fault)}: "
        "Django trusts nobody for it",
        Label(first.place, "is not what a browser sends as Origin"),
        more(alike),
        notes=(*explain(origins), *((refusal,) if refusal else ())),
        help=_HELP,
        stacks=(deployment.name,),
        address=("CSRF_TRUSTED_ORIGINS", fault, *origins.services),
        severity=Severity.ERROR if checked and not first.value.from_template else Severity.WARNING,
        fixes=rewritten(alike, _MENDS[fault]) if fault in _MENDS else (),
    )
