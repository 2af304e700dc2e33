"""Forms that are sent with a session are protected against other sites."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.django.csrf import Unprotected, unprotected_forms
from confguard.model.repo import Repo
from confguard.words import joined


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each settings module whose sessions nothing protects."""
    for deployment in repo.production:
        groups: dict[str, tuple[Unprotected, list[str]]] = {}
        for app in deployment.apps:
            services = [name for name in app.services if deployment.serves_http(name)]
            found = unprotected_forms(repo.project, app.settings) if services else None
            if found is not None:
                groups.setdefault(app.settings.path, (found, []))[1].extend(services)
        for found, services in groups.values():
            word = "service" if len(services) == 1 else "services"
            yield Finding(
                f"MIDDLEWARE of {word} {joined(services)} lacks CsrfViewMiddleware: another site's page can "
                "send forms in the name of whoever is logged in",
                Label(found.authentication.first_line(), "CsrfViewMiddleware belongs before it"),
                (Label(found.session.first_line(), "logs users in by a cookie"),),
                help='add "django.middleware.csrf.CsrfViewMiddleware" before AuthenticationMiddleware, and '
                "except single views with csrf_exempt",
                stacks=(deployment.name,),
                address=("CsrfViewMiddleware", *services),
            )
