"""Every variable that the deployment requires is delivered."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label, Severity
from confguard.model.deployment import App, Deployment
from confguard.model.repo import Repo
from confguard.source import Span


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each variable that settings need or a Compose file uses and nothing sets."""
    for deployment in repo.production:
        for app in deployment.apps:
            if app.services:
                yield from _required_by_settings(deployment, app)
        yield from _interpolated(deployment)


def _required_by_settings(deployment: Deployment, app: App) -> Iterator[Finding]:
    reported = set()
    for read in app.settings.reads:
        if not read.required or not read.key or read.key in reported:
            continue
        if app.environment.get(read.key) is not None:
            continue  # set, or perhaps set
        reported.add(read.key)
        yield Finding(
            f"the settings cannot start without {read.key}, and {app.where} does not get it",
            Label(read.span.first_line(), "raises at the start"),
            (*_services(deployment, app), *_in_templates(deployment, read.key)),
            help=f"deliver {read.key} to the service with `environment:` or `env_file:`, or give this read "
            "a default",
            stacks=(deployment.name,),
            address=(read.key, *app.services),
            severity=deployment.severity(),
        )


def _services(deployment: Deployment, app: App) -> Iterator[Label]:
    for name in app.services[:3]:
        span = deployment.services[name].span
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
