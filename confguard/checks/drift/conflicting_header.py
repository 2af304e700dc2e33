"""nginx adds no header that Django sends with another value."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._doubled import hidden
from confguard.finding import Finding, Label, Severity
from confguard.model.deployment import Deployment
from confguard.model.nginx import Level, NginxModel
from confguard.model.repo import Repo
from confguard.model.responses import Doubled, Outcome, canonical, doubled
from confguard.model.value import Known, Unknown

_CONFLICTS = (Outcome.FIRST, Outcome.LAST, Outcome.STRICTER)


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each server that contradicts the application behind it."""
    for deployment in repo.production:
        for model in deployment.proxies:
            servers: dict[Level, list[Doubled]] = {}
            for one in doubled(deployment, model):
                if one.verdict.outcome in _CONFLICTS:
                    servers.setdefault(one.server.level, []).append(one)
            for found in servers.values():
                yield _finding(deployment, model, found)


def _finding(deployment: Deployment, model: NginxModel, found: list[Doubled]) -> Finding:
    names = list(dict.fromkeys(canonical(one.name) for one in found))
    first, *others = found
    labels = [
        Label(one.by_nginx.span.first_line(), f"nginx adds `{_text(one.by_nginx.value)}`") for one in others
    ]
    for one in found:
        if one.by_app.place is not None:
            words = f"Django sends {canonical(one.name)} `{_text(one.by_app.value)}` ({one.by_app.setting})"
            labels.append(Label(one.by_app.place.first_line(), words))
    routes = list(dict.fromkeys(target.level.title for one in found for target in one.targets))
    more = f" and {len(routes) - 4} more" if len(routes) > 4 else ""
    value = f"`{_text(first.by_nginx.value)}`"
    what = f"nginx adds {names[0]} {value} to answers in which Django sends `{_text(first.by_app.value)}`"
    return Finding(
        f"{what}: {first.verdict.words}"
        if len(names) == 1
        else f"nginx and Django contradict each other: {what}",
        Label(first.by_nginx.span.first_line(), "nginx adds this"),
        tuple(labels),
        notes=(
            *(f"{canonical(one.name)}: {one.verdict.words}" for one in found if len(names) > 1),
            f"in {', '.join(routes[:4])}{more}",
        ),
        help=f"decide for one value and one sender: `proxy_hide_header {names[0]};` beside proxy_pass leaves "
        f"nginx's alone, {_setting(first)} changes Django's",
        stacks=(deployment.name,),
        address=(first.by_nginx.span.path, "conflict", *names),
        severity=Severity.INFO if all(map(_replaces_a_default, found)) else None,
        fixes=hidden(model, found, safe=False),
    )


def _replaces_a_default(one: Doubled) -> bool:
    """Say whether nginx's value counts and replaces nothing but a default of Django's."""
    return (
        one.verdict.outcome is Outcome.LAST
        and isinstance(one.by_app.value, Known)
        and one.by_app.value.from_default
    )


def _setting(one: Doubled) -> str:
    return one.by_app.setting if one.by_app.setting.isupper() else "its middleware"


def _text(value: Known[str] | Unknown) -> str:
    text = value.value if isinstance(value, Known) else "what is not known"
    return text if len(text) <= 60 else f"{text[:57]}..."
