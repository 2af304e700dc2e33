"""nginx and Django send the same content security policy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from confguard.checks._trails import deliveries
from confguard.finding import Finding, Label, Severity
from confguard.model.csp import Difference, differences
from confguard.model.deployment import App, Deployment
from confguard.model.nginx import Header, NginxModel, header_set, upstream_targets
from confguard.model.repo import Repo
from confguard.model.responses import app_behind
from confguard.model.value import Known
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.django import Policy

_NAMES = {"content-security-policy": False, "content-security-policy-report-only": True}


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each policy of nginx that differs from that of an application behind it."""
    for deployment in repo.production:
        for model in deployment.proxies:
            for app in _apps_behind(deployment, model):
                policies = [policy for policy in app.settings.policies if policy.text is not None]
                for header, report_only in _policies_of(model):
                    yield from _compare(deployment, model, app, policies, header, report_only)


def _apps_behind(deployment: Deployment, model: NginxModel) -> list[App]:
    found: list[App] = []
    for target in upstream_targets(model):
        app = app_behind(deployment, target)
        if app is not None and app not in found:
            found.append(app)
    return found


def _policies_of(model: NginxModel) -> Iterator[tuple[Header, bool]]:
    """Yield each policy that nginx adds somewhere, once for the directive that writes it."""
    seen: set[Span] = set()
    for level in model.levels():
        for header in header_set(level).headers:
            report_only = _NAMES.get(header.name.lower())
            if report_only is not None and header.span not in seen:
                seen.add(header.span)
                yield header, report_only


def _compare(
    deployment: Deployment,
    model: NginxModel,
    app: App,
    policies: list[Policy],
    header: Header,
    report_only: bool,
) -> Iterator[Finding]:
    if not isinstance(header.value, Known) or "$" in header.value.value:
        return
    known = [policy for policy in policies if isinstance(policy.text, Known)]
    if not known or len(known) != len(policies):
        return
    # Of two policies of Django's, the one that is enforced in the same way is the counterpart.
    alike = [policy for policy in known if policy.report_only == report_only]
    policy = (alike or known)[0]
    assert isinstance(policy.text, Known)
    found = differences(header.value.value, policy.text.value)
    if not found and alike:
        return
    doubled = _is_doubled(deployment, model, app, header)
    yield Finding(
        _message(found, report_only, policy, bool(alike)),
        Label(_directive(header.statement.words[1].span, found), "nginx sends this"),
        _labels(policy),
        notes=tuple(_notes(found, doubled, app)),
        help="let one side own the policy: take this header out of what Django answers, and keep the text of "
        "both equal where nginx answers itself",
        stacks=(deployment.name,),
        address=(header.span.path, _level(header), "Content-Security-Policy"),
        # Only pages that use the nonce notice that nginx's policy does not have it.
        severity=Severity.INFO if found and all(map(_is_nonce_only, found)) else None,
    )


def _is_nonce_only(one: Difference) -> bool:
    sources = (*one.only_left, *one.only_right)
    whole = one.missing_left or one.missing_right
    return not whole and bool(sources) and all(source.startswith("'nonce-") for source in sources)


def _directive(policy: Span, found: tuple[Difference, ...]) -> Span:
    """Return the place of the first directive that differs in nginx's policy, or all of its first line."""
    for one in found:
        place = re.search(
            rf"(?<![\w-]){re.escape(one.directive)}(?![\w-])[^;\"'\n]*(?:'[^';\n]*'[^;\"'\n]*)*",
            policy.text,
            re.IGNORECASE,
        )
        if place:
            return policy.sub(place.start(), place.start() + len(place[0].rstrip()))
    return policy.first_line()


def _level(header: Header) -> str:
    """Name the level without what an environment may fill in: a server's names."""
    return header.level.title if header.level.kind == "location" else header.level.kind


def _message(found: tuple[Difference, ...], report_only: bool, policy: Policy, alike: bool) -> str:
    if not alike:
        sides = ("reports only", "enforces") if report_only else ("enforces", "reports only")
        return f"nginx {sides[0]} its policy and Django {sides[1]} its own"
    first = _words(found[0])
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    return f"this policy and Django's differ: {first}{more}"


def _words(one: Difference) -> str:
    if one.missing_left:
        return f"{one.directive} is missing here"
    if one.missing_right:
        return f"Django's has no {one.directive}"
    if one.only_right:
        return f"{one.directive} has no {_shown(one.only_right)} here"
    return f"{one.directive} has {_shown(one.only_left)} only here"


def _shown(sources: tuple[str, ...]) -> str:
    return " ".join("'nonce-...'" if source.startswith("'nonce-") else source for source in sources)


def _labels(policy: Policy) -> tuple[Label, ...]:
    first = (Label(policy.span.first_line(), "Django sends its own here"),)
    assert isinstance(policy.text, Known)
    lines = {(policy.span.path, policy.span.line)}
    more = (label for label in deliveries(policy.text) if (label.span.path, label.span.line) not in lines)
    return (*first, *more)


def _notes(found: tuple[Difference, ...], doubled: bool, app: App) -> Iterator[str]:
    if len(found) > 1:
        yield "; ".join(_words(one) for one in found)
    if doubled:
        yield "Django's answers get both: a browser obeys the stricter of the two, directive by directive"
    yield f"{app.settings.module} is the settings module of {app.where}"


def _is_doubled(deployment: Deployment, model: NginxModel, app: App, header: Header) -> bool:
    """Say whether the header is added to answers of the application, too."""
    return any(
        header.span in [one.span for one in header_set(target.level).headers]
        and app_behind(deployment, target) is app
        for target in upstream_targets(model)
    )
