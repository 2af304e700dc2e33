"""Django learns of HTTPS that browsers speak with its proxy."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._deaf import finding, groups
from confguard.checks._entries import near
from confguard.checks._forwarding import setting
from confguard.finding import Finding, Label
from confguard.model.belief import csrf_origins, middleware
from confguard.model.deployment import App, Deployment
from confguard.model.forwarding import Deaf, deaf
from confguard.model.passages import Exposure
from confguard.model.repo import Repo
from confguard.model.value import Known

_COUNTING = ("SECURE_PROXY_SSL_HEADER", "SESSION_COOKIE_SECURE", "SECURE_HSTS_SECONDS")
_CSRF = "django.middleware.csrf.CsrfViewMiddleware"


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each cause for which an application takes HTTPS for plain HTTP."""
    for deployment in repo.production:
        for app in deployment.apps:
            redirect = app.settings.get("SECURE_SSL_REDIRECT")
            if isinstance(redirect, Known) and redirect.value:
                continue  # ssl-redirect-loop tells it
            for group in groups(deaf(deployment, app)):
                meant = [one for one in group if one.passage.scheme == "https" or _counts_on_https(app)]
                if meant:
                    yield _finding(deployment, app, meant)


def _counts_on_https(app: App) -> bool:
    """Say whether settings are made for browsers that speak HTTPS, with a proxy that says so."""
    found = [app.settings.get(name) for name in _COUNTING]
    return all(isinstance(value, Known) and value.value and not value.from_template for value in found[:2])


def _finding(deployment: Deployment, app: App, group: list[Deaf]) -> Finding:
    place = near(app.settings, "SECURE_PROXY_SSL_HEADER") or group[0].place
    return finding(
        deployment,
        app,
        group,
        ": Django in {services} takes HTTPS for plain HTTP",
        in_settings=Label(place, "SECURE_PROXY_SSL_HEADER is not set"),
        counting=(
            *setting(app, "SECURE_PROXY_SSL_HEADER", "Django looks at this header"),
            *setting(app, "SESSION_COOKIE_SECURE", "counts on HTTPS"),
        ),
        notes=_notes(app, group),
    )


def _notes(app: App, group: list[Deaf]) -> Iterator[str]:
    from confguard.model.django.hosts import trusts

    origins = csrf_origins(app)
    names = [name.text for one in group for name in one.passage.hop.first.entrance.server.names]
    strange = [name for name in names if "." in name and not name.startswith(("~", "*", "."))]
    trusted = origins.value if isinstance(origins, Known) else None
    checked = _CSRF in (middleware(app) or ()) and trusted is not None
    if checked and (not trusted or any(not trusts(f"https://{name}", trusted) for name in strange)):
        yield "forms that are sent over HTTPS are refused with 403: their Origin begins with https://"
    if all(one.passage.scheme == "http" for one in group):
        yield "this nginx listens for plain HTTP only; what a proxy before it says of HTTPS gets lost here"
    elif any(one.passage.exposure is Exposure.PUBLIC for one in group):
        yield "redirects and links that Django writes begin with http://, and HSTS is not sent"
