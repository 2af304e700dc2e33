"""Every value comes to what it says where it is read."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label, Severity
from confguard.model.delivery import delivery_of
from confguard.model.delivery.casts import Miscast, kept_quotes, miscasts
from confguard.model.deployment import App, Deployment
from confguard.model.repo import Repo
from confguard.source import Span
from confguard.words import joined, services_named


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each variable whose text its reader takes for something else."""
    for deployment in repo.production:
        groups: dict[tuple[str, str, str, Span], list[tuple[App, Miscast]]] = {}
        for app in deployment.apps:
            for found in miscasts(deployment, app):
                key = (app.settings.module, found.variable, found.outcome, found.reader)
                groups.setdefault(key, []).append((app, found))
        for same in groups.values():
            yield _finding(deployment, same)
        yield from _quoted(deployment)


def _finding(deployment: Deployment, same: list[tuple[App, Miscast]]) -> Finding:
    app, found = same[0]
    services = list(dict.fromkeys(name for one, _ in same for name in one.services))
    text = f" `{found.text!r}`" if found.text is not None else ""
    reader = Label(found.reader.first_line(), "is read here")
    said = [Label(found.place.first_line(), "says this")] if found.place is not None else []
    if not said:
        reader = Label(found.reader.first_line(), "comes to something else")
    first, *others = [*said, reader] if found.in_text else [reader, *said]
    return Finding(
        f"{found.variable}{text} {found.outcome}"
        if found.kind != "cast"
        else f"{found.variable}: {found.outcome}",
        first,
        tuple(others),
        notes=(f"{app.settings.module} of {services_named(services)} reads it",) if services else (),
        help=found.mend,
        stacks=(deployment.name,),
        address=(found.variable, found.kind, app.settings.path),
        severity=_severity(found),
    )


def _severity(found: Miscast) -> Severity | None:
    """Return how bad it is: what a template leaves open is the operator's, if something is needed."""
    if found.kind == "emptied" or (found.template and not found.text and not found.optional):
        return Severity.INFO
    return Severity.ERROR if found.fatal and not found.template else None


def _quoted(deployment: Deployment) -> Iterator[Finding]:
    """Join the services that get the same text with its quotes."""
    places: dict[Span, tuple[str, list[str]]] = {}
    built: set[Span] = set()
    for name, service in deployment.services.items():
        delivery = delivery_of(deployment, name)
        for variable in delivery.variables:
            span = variable.value.span if variable.value else None
            if span is not None and kept_quotes(variable.value) and variable.readers:
                places.setdefault(span, (variable.name, []))[1].append(name)
        for key, value in service.build.args.items() if service.build is not None else ():
            if value is not None and value.span is not None and kept_quotes(value):
                places.setdefault(value.span, (key, []))[1].append(name)
                built.add(value.span)
    for span, (name, services) in places.items():
        default = span.text.startswith("${")
        yield Finding(
            f"{name} keeps the quotes around its value in {'the image of ' if span in built else ''}"
            f"{joined(services)}",
            Label(span.first_line(), "the quotes are part of the value"),
            help="take them away: Compose takes the default in `${NAME:-default}` as it is"
            if default
            else "take them away: the list form of `environment:` takes everything behind the `=` as it is",
            stacks=(deployment.name,),
            address=(name, "quotes"),
            severity=Severity.INFO if span in built else None,
        )
