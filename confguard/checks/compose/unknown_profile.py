"""Commands and documents name only profiles that exist."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from confguard.checks._profiles import PROXY_PROFILE
from confguard.finding import Finding, Label
from confguard.model.compose import Service
from confguard.model.repo import Repo
from confguard.source import Span


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each profile that a command switches on and no service has."""
    gated = [
        service
        for deployment in repo.deployments
        for service in deployment.compose.services.values()
        if service.profiles
    ]
    known = {profile for service in gated for profile in service.profiles}
    if any("$" in profile for profile in known):
        return
    named: dict[str, list[Span]] = {}
    for sighting in repo.sightings:
        span = sighting.step.span
        for profile in sighting.profiles:
            if span is None or profile in known or not profile.strip() or not profile[0].isalnum():
                continue
            place = _word(span, profile)
            if place not in named.setdefault(profile, []):
                named[profile].append(place)
    ungated = any(
        deployment.is_proxy(service) and not service.profiles
        for deployment in repo.production
        for service in deployment.services.values()
    )
    for profile, places in named.items():
        if ungated and PROXY_PROFILE.search(profile):
            continue  # told as ungated-proxy, which is the cause
        yield _finding(profile, places, gated, known)


def _finding(profile: str, places: list[Span], gated: list[Service], known: set[str]) -> Finding:
    near = difflib.get_close_matches(profile, sorted(known), n=1, cutoff=0.6)
    meant = [
        Label(service.profiles_span.first_line(), f"service {service.name} has the profile {near[0]}")
        for service in gated
        if near and near[0] in service.profiles and service.profiles_span is not None
    ]
    exist = f"the profiles are {', '.join(sorted(known))}" if known else "no service has a profile"
    return Finding(
        f"the profile `{profile}` is switched on, and no service has it",
        Label(places[0], "does nothing"),
        (*(Label(place, "named here, too") for place in places[1:4]), *meant[:1]),
        notes=(exist,),
        help=f"name the profile {near[0]}"
        if near
        else "take it away, or give the services it means the profile",
        address=(profile,),
    )


def _word(span: Span, word: str) -> Span:
    """Return the place of a profile in a command, or in the env file that names it; else the first line."""
    start = span.text.find(word)
    if start != -1:
        return span.sub(start, start + len(word))
    match = re.search(rf"(?m)^COMPOSE_PROFILES=.*?({re.escape(word)})", span.file.text)
    return span.file.span(match.start(1), match.end(1)) if match else span.first_line()
