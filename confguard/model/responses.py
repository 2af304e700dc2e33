"""What answers carry, from nginx and the application together."""

from __future__ import annotations

from collections.abc import Iterable

from confguard.model.compose import Service
from confguard.model.deployment import App, Deployment
from confguard.model.nginx import Target
from confguard.model.value import Known

_SECURITY = "django.middleware.security.SecurityMiddleware"
_CLICKJACKING = "django.middleware.clickjacking.XFrameOptionsMiddleware"


def headers_of_app(deployment: Deployment, targets: Iterable[Target]) -> frozenset[str]:
    """Return the security headers (lower case) that every target surely sends with each answer itself.

    Empty where a target is no Django application of the stack, or its settings are not known.
    """
    sent: frozenset[str] | None = None
    for target in targets:
        app = app_behind(deployment, target)
        own = _sent_by_django(app) if app else frozenset()
        sent = own if sent is None else sent & own
    return sent or frozenset()


def app_behind(deployment: Deployment, target: Target) -> App | None:
    """Return the Django application that a target of nginx leads to, if its host is known to be one."""
    service = service_behind(deployment, target)
    return deployment.app_of(service.name) if service else None


def service_behind(deployment: Deployment, target: Target) -> Service | None:
    """Return the service of the stack that a target of nginx leads to, if its host is known to be one."""
    if not isinstance(target.host, Known):
        return None
    name = target.host.value
    for service in deployment.services.values():
        networks = {attachment.network for attachment in service.networks}
        if name == service.name or any(name in service.names_in(network) for network in networks):
            return service
    return None


def _sent_by_django(app: App) -> frozenset[str]:
    """Return what SecurityMiddleware and XFrameOptionsMiddleware add (Django 5.2, django/middleware)."""
    from confguard.model.django import Items

    settings = app.settings
    found = settings.get("MIDDLEWARE")
    if not isinstance(found, Known) or not isinstance(found.value, Items):
        return frozenset()
    middleware = {item.value for item in found.value if isinstance(item, Known)}
    names = set()
    if _CLICKJACKING in middleware:
        names.add("x-frame-options")
    if _SECURITY in middleware:
        for setting, header in (
            ("SECURE_CONTENT_TYPE_NOSNIFF", "x-content-type-options"),
            ("SECURE_REFERRER_POLICY", "referrer-policy"),
            ("SECURE_CROSS_ORIGIN_OPENER_POLICY", "cross-origin-opener-policy"),
        ):
            value = settings.get(setting)
            if isinstance(value, Known) and value.value:
                names.add(header)
        # HSTS is only sent over HTTPS: whether Django believes in it is another question.
    for policy in settings.policies:
        if not isinstance(policy.text, Known):
            continue
        names.add("content-security-policy-report-only" if policy.report_only else "content-security-policy")
    return frozenset(names)
