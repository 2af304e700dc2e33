"""Which service and which Django application a target of nginx leads to."""

from __future__ import annotations

from confguard.model.compose import Service
from confguard.model.deployment import App, Deployment
from confguard.model.nginx import NginxModel, Target, upstream_targets
from confguard.model.value import Known
from confguard.words import services_named


def app_behind(deployment: Deployment, target: Target) -> App | None:
    """Return the Django application that answers behind a target of nginx, if its host is known to be one.

    Flower and other programs that run with Django's settings answer themselves.
    """
    service = service_behind(deployment, target)
    if service is None or not deployment.serves_http(service.name):
        return None
    return deployment.app_of(service.name)


def service_behind(deployment: Deployment, target: Target) -> Service | None:
    """Return the service of the stack that a target of nginx leads to, if its host is known to be one."""
    if target.socket:
        return _beside(deployment, target)
    if not isinstance(target.host, Known):
        return None
    name = target.host.value
    for service in deployment.services.values():
        networks = {attachment.network for attachment in service.networks}
        if name == service.name or any(name in service.names_in(network) for network in networks):
            return service
    return None


def _beside(deployment: Deployment, target: Target) -> Service | None:
    """Return the service whose nginx passes requests to a socket, if its own application listens there.

    The socket of another container would lie in a volume that both have.
    """
    model = next(
        (one for one in deployment.proxies if any(level is target.level for level in one.levels())), None
    )
    service = deployment.services.get(model.service) if model is not None else None
    if service is None or deployment.app_of(service.name) is None:
        return None
    folder = target.socket.lstrip("/").rpartition("/")[0]
    shared = any(
        isinstance(mount.target, Known) and mount.target.value.strip("/") == folder
        for mount in service.volumes
    )
    return None if shared else service


def apps_behind(deployment: Deployment, model: NginxModel) -> tuple[App, ...]:
    """Return the Django applications that an nginx passes requests to, each once."""
    found: list[App] = []
    for target in upstream_targets(model):
        app = app_behind(deployment, target)
        if app is not None and app not in found:
            found.append(app)
    return tuple(found)


def answering(deployment: Deployment, app: App) -> str:
    """Return ``service web`` or ``services web and api``: those of an application that answer requests."""
    return services_named([name for name in app.services if deployment.serves_http(name)] or app.services)
