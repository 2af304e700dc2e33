"""No generated secret of production stands in a Compose file."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.compose import Service
from confguard.model.credentials import readable_credentials, uses_in
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.model.secret_names import is_secret
from confguard.model.token_shape import issuer_of, looks_random
from confguard.model.value import Known
from confguard.source import Span
from confguard.words import joined, services_named


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each variable whose secret anybody can read in a Compose file."""
    for deployment in repo.production:
        found: dict[tuple[str, str], dict[Span, list[str]]] = {}
        told = {(one.service.name, one.name) for one in readable_credentials(deployment)}
        for service in deployment.services.values():
            for name, variable, place in _readable(deployment, service):
                if (service.name, name) not in told:
                    places = found.setdefault((name, variable), {})
                    places.setdefault(place, []).append(service.name)
        for (name, variable), places in found.items():
            yield _finding(deployment, name, variable, places)


def _readable(deployment: Deployment, service: Service) -> Iterator[tuple[str, str, Span]]:
    """Yield a secret's name, the variable that would replace it (or ``""``) and its place."""
    required = {one.name for one in deployment.compose.interpolations if one.required}
    for name, value in service.environment.items():
        # Of Django's own key default-secret-key tells.
        if not is_secret(name) or name.endswith("DJANGO_SECRET_KEY") or name == "SECRET_KEY":
            continue
        if not isinstance(value, Known) or value.span is None or value.from_template:
            continue
        uses = [one for one in uses_in(deployment, value.span) if one.span is not None]
        if not uses and "$" not in value.span.text and _is_live(value.value):
            yield name, "", value.span.first_line()
        for one in uses[:1]:
            is_set = one.found is not None and not (isinstance(one.found, Known) and not one.found.value)
            decides = len(uses) == 1 and not is_set and one.name not in required
            if decides and one.span and one.default and _is_live(one.default):
                yield name, one.name, one.span.first_line()


def _is_live(text: str) -> bool:
    return looks_random(text) or issuer_of(text) is not None


def _finding(deployment: Deployment, name: str, variable: str, places: dict[Span, list[str]]) -> Finding:
    first, *others = places
    services = list(dict.fromkeys(one for names in places.values() for one in names))
    who = services_named(services)
    empty = deployment.compose.environment.values.get(variable) if variable else None
    related = [Label(span, f"the same for {joined(places[span])}") for span in others]
    if empty is not None and empty.span is not None:
        related.append(Label(empty.span.first_line(), "is left empty, so that the default is taken"))
    return Finding(
        f"{f'unless {variable} is set, ' if variable else ''}{name} of {who} is a secret that anybody can "
        "read in the repository",
        Label(first, "is the same wherever this stack runs"),
        tuple(related),
        help=f"let Compose refuse to start without it: `{name}: ${{{variable or name}:?}}`",
        stacks=(deployment.name,),
        address=(name, *services),
    )
