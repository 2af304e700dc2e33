"""A redirect to HTTPS ends: Django notices when HTTPS is spoken."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._deaf import finding, groups
from confguard.checks._forwarding import setting
from confguard.finding import Finding, Label, Severity
from confguard.model.belief import middleware
from confguard.model.deployment import App, Deployment
from confguard.model.django.values import elements
from confguard.model.forwarding import Deaf, deaf
from confguard.model.nginx.uri import search
from confguard.model.repo import Repo
from confguard.model.value import Known

_SECURITY = "django.middleware.security.SecurityMiddleware"
_ANSWER = "answers everything that is not HTTPS by a redirect to HTTPS"


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each cause for which an application redirects HTTPS to HTTPS for ever."""
    for deployment in repo.production:
        for app in deployment.apps:
            redirect = app.settings.get("SECURE_SSL_REDIRECT")
            if not isinstance(redirect, Known) or not redirect.value or redirect.span is None:
                continue
            if _SECURITY in (middleware(app) or ()):
                looping = [one for one in deaf(deployment, app) if not _is_exempt(app, one)]
                for group in groups(looping):
                    yield _finding(deployment, app, redirect, group)


def _is_exempt(app: App, one: Deaf) -> bool:
    """Say whether SECURE_REDIRECT_EXEMPT may let the paths of a location through."""
    exempt = app.settings.get("SECURE_REDIRECT_EXEMPT")
    if not isinstance(exempt, Known):
        return True
    location = one.passage.model.location_of(one.passage.level)
    uri = one.passage.hop.target.uri
    for pattern in elements(exempt):
        if not isinstance(pattern, Known) or not isinstance(pattern.value, str):
            return True
        for path in (location.pattern if location else "/", uri or "/"):
            if path != "/" and search(pattern.value, False, path.lstrip("/")) is not False:
                return True
    return False


def _finding(deployment: Deployment, app: App, redirect: Known[object], group: list[Deaf]) -> Finding:
    assert redirect.span is not None
    proposed = redirect.from_template and not _by_default(app, redirect)
    return finding(
        deployment,
        app,
        group,
        ", and SECURE_SSL_REDIRECT is on in {services}: every page redirects to itself for ever",
        in_settings=Label(redirect.span, "redirects also what came over HTTPS"),
        counting=(
            *setting(app, "SECURE_SSL_REDIRECT", _ANSWER),
            *setting(app, "SECURE_PROXY_SSL_HEADER", "Django looks at this header"),
        ),
        notes=_notes(group),
        severity=Severity.WARNING if proposed else Severity.ERROR,
    )


def _by_default(app: App, redirect: Known[object]) -> bool:
    """Say whether the code falls back to what a template says: then no operator gets anything else."""
    places = {step.span for step in redirect.trail}
    reads = [read for read in app.settings.reads if read.span in places]
    texts = {read.key: app.environment.get(read.key) for read in reads}
    return bool(reads) and all(
        isinstance(read.default, Known)
        and isinstance(text := texts[read.key], Known)
        and str(read.default.value).lower() == text.value.lower()
        for read in reads
    )


def _notes(group: list[Deaf]) -> Iterator[str]:
    if all(one.passage.scheme == "http" for one in group):
        yield "this nginx listens for plain HTTP only; a proxy before it that speaks HTTPS does not help"
