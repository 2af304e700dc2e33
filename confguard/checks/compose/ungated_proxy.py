"""A proxy is gated by a profile where the team's convention says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.checks._profiles import PROXY_PROFILE
from confguard.finding import Finding, Label
from confguard.fixes.compose import add_profile
from confguard.fixes.edits import whole
from confguard.model.compose import Service
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.source import Span

_ROLE_PROFILE = re.compile(
    r"^(all|full|prod|production|dev|development|local|debug|stag|staging|test|tests|ci|deploy)$"
)


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each proxy service of production that starts whatever the profiles are."""
    always = (
        repo.options["ungated-proxy"]["convention"] == "always" or "ungated-proxy" in repo.selected_by_name
    )
    evidence = [*_gated_elsewhere(repo), *_named_profiles(repo)]
    if not evidence and not always:
        return
    profile = evidence[0][2] if evidence else "proxy"
    for deployment in repo.production:
        for service in deployment.services.values():
            if service.profiles or not service.spans or not deployment.is_proxy(service):
                continue
            yield Finding(
                f"proxy service {service.name} starts in every deployment: no profile gates it",
                Label(service.spans[-1], "no `profiles:`"),
                tuple(Label(span, words) for span, words, _ in evidence[:3]),
                help=f'give it the profile that the rest of the repository uses: `profiles: ["{profile}"]`',
                stacks=(deployment.name,),
                address=(service.name,),
                fixes=whole(f"give it the profile {profile}", [add_profile(service, profile)], safe=False),
            )


def _gated_elsewhere(repo: Repo) -> Iterator[tuple[Span, str, str]]:
    """Yield the places at which another stack gates its proxy."""
    seen = set()
    for deployment in repo.deployments:
        for service in deployment.compose.services.values():
            span = service.profiles_span
            if span and span not in seen and _is_gated_proxy(deployment, service):
                seen.add(span)
                yield span.first_line(), f"service {service.name} is gated here", service.profiles[0]


def _is_gated_proxy(deployment: Deployment, service: Service) -> bool:
    if any(PROXY_PROFILE.search(profile) for profile in service.profiles):
        return True
    # A profile that says where a stack runs (production, dev) gates whole stacks, not a proxy.
    gates = [profile for profile in service.profiles if not _ROLE_PROFILE.search(profile)]
    return bool(gates) and deployment.is_proxy(service)


def _named_profiles(repo: Repo) -> Iterator[tuple[Span, str, str]]:
    """Yield the commands and settings that name a profile for a proxy."""
    for sighting in repo.sightings:
        for profile in sighting.profiles:
            if PROXY_PROFILE.search(profile) and sighting.step.span is not None:
                yield _word(sighting.step.span, profile), f"profile {profile} is named here", profile


def _word(span: Span, word: str) -> Span:
    """Return the place of a word in a span, or the span's first line."""
    start = span.text.find(word)
    return span.sub(start, start + len(word)) if start != -1 else span.first_line()
