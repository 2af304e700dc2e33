"""Where browsers are to report violations of a policy, and who takes those reports.

A report is a POST without a CSRF token (Content Security Policy Level 3, section 5.3): a view of Django's
that is not exempt refuses it (django.middleware.csrf, Django 5.2, ``process_view``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from confguard.discover.project import Project
from confguard.model.csp import parse_policy
from confguard.model.deployment import App, Deployment
from confguard.model.django import Items
from confguard.model.nginx import header_set
from confguard.model.path_answers import Answer, answers
from confguard.model.value import Known
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.django.routes import Route

_NAMES = ("content-security-policy", "content-security-policy-report-only")
_CSRF = "django.middleware.csrf.CsrfViewMiddleware"
_EXEMPT = re.compile(r"csrf_exempt|_dont_enforce_csrf_checks|csrf_processing_done")
_HARMLESS = re.compile(
    r"@(\w+\.)*(require_POST|require_http_methods|never_cache|login_required|staff_member_required)\b"
)


class Loss(Enum):
    """What becomes of a report that nobody takes."""

    NGINX = "nginx does not pass it on"
    ROUTE = "Django has no route for it"
    CSRF = "Django refuses it: it has no CSRF token"


@dataclass(frozen=True, slots=True, eq=False)
class LostReport:
    """Reports that are lost: ``places`` are the policies that name their path, ``losses`` all reasons."""

    path: str
    app: App
    places: tuple[Span, ...]
    losses: tuple[Loss, ...]
    answer: Answer | None
    route: Route | None


def lost_reports(deployment: Deployment) -> Iterator[LostReport]:
    """Yield the paths of the site at which policies want reports, and surely nobody takes them."""
    for app in deployment.apps:
        if any(passage.app is app for passage in deployment.passages):
            for path, places in _wanted(deployment, app).items():
                yield from _judge(deployment, app, path, tuple(dict.fromkeys(places)))


def _wanted(deployment: Deployment, app: App) -> dict[str, list[Span]]:
    found: dict[str, list[Span]] = {}
    for model in dict.fromkeys(passage.hop.first.model for passage in deployment.passages):
        for level in model.levels():
            for header in header_set(level).headers:
                value = header.value
                if header.name.lower() in _NAMES and isinstance(value, Known):
                    for path in _paths(value.value):
                        found.setdefault(path, []).append(_within(header.statement.span, path))
    for policy in app.settings.policies:
        if isinstance(policy.text, Known):
            for path in _paths(policy.text.value):
                found.setdefault(path, []).append(policy.span)
    return found


def _paths(policy: str) -> Iterator[str]:
    for uri in parse_policy(policy).get("report-uri", ()):
        if uri.startswith("/") and not uri.startswith("//") and "$" not in uri:
            yield uri


def _within(span: Span, path: str) -> Span:
    start = span.text.find(f"report-uri {path}")
    return span if start < 0 else span.sub(start, start + len("report-uri ") + len(path))


def _judge(deployment: Deployment, app: App, path: str, places: tuple[Span, ...]) -> Iterator[LostReport]:
    found = answers(deployment, app, path, "POST")
    if not found:
        return
    passed = [one for one in found if one.sent is not None]
    reached = [one for one in passed if app.settings.urlconf.routed(one.sent or "") is not False]
    own = [one for one in found if one.sent is None]
    if not reached and any(one.status < 400 for one in own):
        return
    route = _view(app, (reached[0].sent or "") if reached else path)
    losses = [] if reached else [Loss.ROUTE if passed else Loss.NGINX]
    if route is not None and refuses_forms_of_others(deployment.project, app, route):
        losses.append(Loss.CSRF)
    if losses:
        yield LostReport(path, app, places, tuple(losses), own[0] if own else None, route)


def _view(app: App, path: str) -> Route | None:
    candidates = app.settings.urlconf.match(path)
    first = candidates[0] if candidates else None
    return first if first is not None and first.kind == "view" and first.matches(path) else None


def refuses_forms_of_others(project: Project, app: App, route: Route) -> bool:
    """Say whether a view surely refuses a POST without a CSRF token: a function that nothing exempts."""
    middleware = app.settings.get("MIDDLEWARE")
    if not isinstance(middleware, Known) or not isinstance(middleware.value, Items):
        return False
    if not any(isinstance(one, Known) and one.value == _CSRF for one in middleware.value):
        return False
    module, _, name = (route.view or "").rpartition(".")
    if not module or _EXEMPT.search(route.span.file.text):
        return False
    if name != "<lambda>" and not _is_plain(project, module, name):
        return False
    sources = (project.read(path) for path in project.paths if path.endswith(".py"))
    return not any(source is not None and "_dont_enforce_csrf_checks" in source.text for source in sources)


def _is_plain(project: Project, module: str, name: str) -> bool:
    """Say whether a view is a function of the project with decorators that exempt it from nothing."""
    ending = f"{module.replace('.', '/')}.py"
    paths = [path for path in project.paths if path == ending or path.endswith(f"/{ending}")]
    source = project.read(paths[0]) if len(paths) == 1 else None
    if source is None or _EXEMPT.search(source.text):
        return False
    made = re.search(
        rf"^(?P<above>(?:@[^\n]*\n)*)(?:async )?def {re.escape(name)}\(", source.text, re.MULTILINE
    )
    return made is not None and all(_HARMLESS.match(line) for line in made["above"].splitlines())
