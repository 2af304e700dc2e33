"""Every variable that the deployment requires is delivered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from confguard.checks._trails import joined
from confguard.finding import Finding, Label, Severity
from confguard.model.deployment import App, Deployment
from confguard.model.repo import Repo
from confguard.model.value import Known, Unknown
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.django import EnvRead


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each variable that settings need or a Compose file uses and nothing sets."""
    for deployment in repo.production:
        yield from _required_by_settings(deployment)
        yield from _interpolated(deployment)


def _required_by_settings(deployment: Deployment) -> Iterator[Finding]:
    """Join the services that lack a variable at one place of the settings."""
    lacking: dict[tuple[str, Span], list[str]] = {}
    for app in deployment.apps:
        # One call may read KEY and, without it, KEY_FILE: where any of them helps, none is lacking.
        helped = {read.span for read in app.settings.reads if _is_served(deployment, app, read)}
        seen: set[Span] = set()
        for read in app.settings.reads:
            if read.required and read.key and read.span not in helped and read.span not in seen:
                seen.add(read.span)
                services = lacking.setdefault((read.key, read.span), [])
                services += [name for name in app.services if name not in services]
    reported = set()
    for (key, span), services in lacking.items():
        if not services or key in reported:
            continue
        reported.add(key)
        who = f"service {services[0]} does" if len(services) == 1 else f"services {joined(services)} do"
        yield Finding(
            f"the settings cannot start without {key}, and {who} not get it",
            Label(span.first_line(), "raises at the start where nothing sets it"),
            (*_services(deployment, services), *_in_templates(deployment, key)),
            help=f"deliver {key} with `environment:` or `env_file:`, or give this read a default",
            stacks=(deployment.name,),
            address=(key, *services),
        )


def _is_served(deployment: Deployment, app: App, read: EnvRead) -> bool:
    """Say whether a read gets something, or may: a value, a default, or what a template speaks of."""
    return app.environment.get(read.key) is not None or _falls_back(read) or read.key in deployment.documented


def _falls_back(read: EnvRead) -> bool:
    """Say whether a read has a default that somebody could mean: the settings refuse that, not the lack."""
    return isinstance(read.default, Unknown) or (isinstance(read.default, Known) and bool(read.default.value))


def _services(deployment: Deployment, services: list[str]) -> Iterator[Label]:
    for name in services[:3]:
        span = deployment.services[name].spans[-1] if deployment.services[name].spans else None
        if span is not None:
            yield Label(span, f"{name} does not get it")


def _in_templates(deployment: Deployment, key: str) -> Iterator[Label]:
    """Yield the place in the stack's own env files where the variable is set, but only for Compose."""
    value = deployment.compose.environment.values.get(key)
    if value is not None and value.span is not None:
        yield Label(value.span.first_line(), "set here for Compose, but passed to no such service")


def _interpolated(deployment: Deployment) -> Iterator[Finding]:
    """Join the uses of one name: one line in the template mends them all."""
    uses: dict[str, list[Span]] = {}
    compose = deployment.compose
    for use in compose.interpolations:
        if use.operator or use.span is None or use.found is not None or not compose.environment.complete:
            continue
        if use.name in deployment.documented:
            continue
        uses.setdefault(use.name, []).append(use.span)
    for name, spans in uses.items():
        sources = [source.read for source in compose.env_sources if source.read]
        yield Finding(
            f"Compose replaces ${{{name}}} by an empty text: nothing sets {name}",
            Label(spans[0].first_line(), "comes to nothing"),
            tuple(Label(span.first_line(), "and here") for span in spans[1:4]),
            notes=(f"looked for in {', '.join(sources)}",) if sources else ("there is no env file for it",),
            help=f"set {name} in the env file and list it in its template, require it with ${{{name}:?}}, "
            f"or say that empty is meant with ${{{name}:-}}",
            stacks=(deployment.name,),
            address=(name,),
            severity=Severity.WARNING,
        )
