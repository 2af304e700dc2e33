"""Every entry of ALLOWED_HOSTS can match a host."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from confguard.checks._entries import (
    Entry,
    entries,
    is_filled_in,
    listed,
    near,
    others,
    rewritten,
    serving,
    written,
)
from confguard.checks._trails import Setting, explain
from confguard.finding import Finding, Label, Severity
from confguard.model.deployment import Deployment
from confguard.model.django import Items
from confguard.model.django.hosts import host_fault
from confguard.model.repo import Repo
from confguard.model.value import Known

_HELP = "write bare host names, one an entry: `example.com`, or `.example.com` for it and all below it"


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each ALLOWED_HOSTS that lets nobody in, or has entries that match nothing."""
    for deployment in repo.production:
        for hosts in serving(deployment, "ALLOWED_HOSTS"):
            yield from _judge(deployment, hosts)


def _judge(deployment: Deployment, hosts: Setting) -> Iterator[Finding]:
    payload = hosts.value.value
    if isinstance(payload, str):
        if "*" not in payload:
            yield from _whole(deployment, hosts, "is a text, and Django demands a list: it does not start")
        return
    unset = payload == []  # Django's default
    if not isinstance(payload, Items) and not unset:
        return
    known = list(entries(hosts))
    texts = [one for one in known if isinstance(one.value.value, str)]
    complete = not isinstance(payload, Items) or (payload.complete and len(known) == len(payload))
    if complete and all(not one.value.value for one in known):
        debug = hosts.settings.get("DEBUG")
        if isinstance(debug, Known) and not debug.value:
            what = "is empty" if not known else f"holds nothing but {known[0].shown}"
            yield from _whole(deployment, hosts, f"{what}: Django answers every request with 400")
        return
    place = hosts.place  # what is no text is made so by the settings
    no_texts = [
        replace(one, place=place)
        for one in known
        if place and one.value.value is not None and one not in texts
    ]
    if no_texts and complete:
        yield _finding(
            deployment, hosts, no_texts, "where a text belongs: every request ends in an error", True
        )
        return
    if any(one.value.value == "*" for one in texts):
        return
    gaps = [one for one in texts if is_filled_in(one.value)]
    useless = [
        one for one in texts if one not in gaps and one.value.value.strip() and host_fault(one.value.value)
    ]
    for fault in dict.fromkeys(host_fault(one.value.value) for one in useless):
        alike = [one for one in useless if host_fault(one.value.value) == fault]
        sure = complete and len(useless) == len([one for one in texts if one.value.value])
        yield _finding(deployment, hosts, alike, f"which matches no host: it {fault}", sure)


def _finding(
    deployment: Deployment, hosts: Setting, wrong: list[Entry], fault: str, refuses_all: bool
) -> Finding:
    first = wrong[0]
    none_matches = refuses_all and isinstance(first.value.value, str)
    sure = refuses_all and not first.value.from_template
    return Finding(
        f"ALLOWED_HOSTS{hosts.where('of')} holds {listed(wrong)}, {fault}",
        Label(first.place, "matches nothing"),
        others(first.value, first.place),
        notes=(
            *explain(hosts),
            *(("no entry matches any host: every answer is 400",) if none_matches else ()),
        ),
        help=_HELP,
        stacks=(deployment.name,),
        address=("ALLOWED_HOSTS", fault, *hosts.services),
        severity=Severity.ERROR if sure else Severity.WARNING,
        fixes=rewritten(wrong, _bare) if all(isinstance(one.value.value, str) for one in wrong) else (),
    )


def _bare(text: str) -> str:
    """Return the host that an entry means; ``""`` where that is not sure."""
    host = text.strip().partition("://")[2] or text.strip()
    host = host.rstrip("/")
    if host.count(":") == 1 and host.rpartition(":")[2].isdigit():
        host = host.rpartition(":")[0]
    host = host.removeprefix("*") if host.startswith("*.") else host
    host = host.rstrip(".")
    return host if not host_fault(host) else ""


def _whole(deployment: Deployment, hosts: Setting, fault: str) -> Iterator[Finding]:
    place = written(hosts.value) or near(hosts.settings)
    if place is not None:
        yield Finding(
            f"ALLOWED_HOSTS{hosts.where('of')} {fault}",
            Label(place, "no host is let in"),
            others(hosts.value, place),
            notes=explain(hosts),
            help=_HELP,
            stacks=(deployment.name,),
            address=("ALLOWED_HOSTS", *hosts.services),
            severity=Severity.WARNING if hosts.value.from_template else Severity.ERROR,
        )
