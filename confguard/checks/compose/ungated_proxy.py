"""A proxy is gated by a profile where the team's convention says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.compose import Service
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.source import Span

_PROXY_PROFILE = re.compile(r"proxy|nginx|traefik|caddy|gateway|ingress|web-?server", re.IGNORECASE)


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each proxy service of production that starts whatever the profiles are."""
    always = (
        repo.options["ungated-proxy"]["convention"] == "always" or "ungated-proxy" in repo.selected_by_name
    )
    evidence = [*_gated_elsewhere(repo), *_named_profiles(repo)]
    if not evidence and not always:
        return
    for deployment in repo.production:
        for service in deployment.services.values():
            if service.profiles or not service.spans or not deployment.is_proxy(service):
                continue
            yield Finding(
                f"proxy service {service.name} starts in every deployment: no profile gates it",
                Label(service.spans[-1], "no `profiles:`"),
                tuple(Label(span, words) for span, words in evidence[:3]),
                help='give it the profile that the rest of the repository uses: `profiles: ["proxy"]`',
                stacks=(deployment.name,),
                address=(service.name,),
            )


def _gated_elsewhere(repo: Repo) -> Iterator[tuple[Span, str]]:
    """Yield the places at which another stack gates its proxy."""
    seen = set()
    for deployment in repo.deployments:
        for service in deployment.compose.services.values():
            span = service.profiles_span
            if span and span not in seen and _is_gated_proxy(deployment, service):
                seen.add(span)
                yield span.first_line(), f"service {service.name} is gated here"


def _is_gated_proxy(deployment: Deployment, service: Service) -> bool:
    return bool(service.profiles) and (
        deployment.is_proxy(service) or any(_PROXY_PROFILE.search(profile) for profile in service.profiles)
    )


def _named_profiles(repo: Repo) -> Iterator[tuple[Span, str]]:
    """Yield the commands and settings that name a profile for a proxy."""
    for sighting in repo.sightings:
        for profile in sighting.profiles:
            if _PROXY_PROFILE.search(profile) and sighting.step.span is not None:
                yield _word(sighting.step.span, profile), f"profile {profile} is named here"


def _word(span: Span, word: str) -> Span:
    """Return the place of a word in a span, or the span's first line."""
    start = span.text.find(word)
    return span.sub(start, start + len(word)) if start != -1 else span.first_line()
