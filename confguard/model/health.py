"""Whether a container's health check can succeed, by what listens in it and what Django answers."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from confguard.model.image_tools import lacks
from confguard.model.listening import listening
from confguard.model.probing import Probe, Request, probe_of, text_of_check
from confguard.model.store_probes import Refused, refused
from confguard.model.value import Known, Trail

if TYPE_CHECKING:
    from confguard.model.deployment import App, Deployment
    from confguard.model.process import Process

_SECURITY = "django.middleware.security.SecurityMiddleware"
_COMMON = "django.middleware.common.CommonMiddleware"
_SERVERS = frozenset({"gunicorn", "uvicorn", "daphne", "hypercorn", "granian", "runserver", "uwsgi"})
PASSING = re.compile(
    r"(django|whitenoise|corsheaders|csp|django_prometheus|log_request_id|django_permissions_policy|"
    r"debug_toolbar|allauth|axes|django_structlog|elasticapm)\."
)

_STORE_CLIENTS = ("redis-cli", "valkey-cli", "psql")
_IGNORED = re.compile(r"\|\|\s*(?:true|:|exit\s+0)\b")
_EMPTY = re.compile(
    r"\s*(?:(?:\S*/)?nginx\s+-t(?:\s+-q)?|true|/bin/true|:|exit\s+0|ls(?:\s+\S+)?|pwd|date|hostname|whoami"
    r"|echo(?:\s+[^|&;]*)?)(?:\s*\|\|\s*exit\s+1)?\s*"
)
"""Commands that succeed whatever the program of the container does."""


class Why(Enum):
    """Why a health check fails, or proves nothing."""

    WORDS = "it is for a shell, and runs without one"
    TOOL = "its image has no such program"
    PORT = "nothing listens on the port"
    HOST = "Django refuses the host"
    REDIRECT = "Django redirects to https, where nothing answers"
    PATH = "Django has no route for the path"
    ONLY_REDIRECT = "all that it sees is a redirect"
    NOTHING = "it does not ask the program"
    REFUSED = "the server refuses it"
    UNASKED = "what it says of the server is taken for something else"


@dataclass(frozen=True, slots=True)
class Failing:
    """A health check that fails: ``trail`` tells of the setting that makes it."""

    service: str
    probe: Probe
    why: Why
    ports: tuple[int, ...] = ()
    trail: Trail = ()
    urls: str = ""
    """The file of the routes."""
    refused: Refused | None = None
    """What a store refuses."""

    @property
    def from_template(self) -> bool:
        """Whether a template's text makes it, which the operator replaces."""
        return Known(None, self.trail).from_template


def failing(deployment: Deployment) -> Iterator[Failing]:
    """Yield the health checks of running services that surely fail, each with its first reason."""
    ending = {
        one.service
        for service in deployment.services.values()
        for one in service.depends_on
        if one.condition == "service_completed_successfully"
    }
    for name, process in deployment.processes.items():
        if name in ending:
            continue
        probe = probe_of(process)
        if probe is None or probe.tool in _STORE_CLIENTS:
            found = _store(deployment, name, process)
            if found is not None:
                yield found
                continue
        if probe is None:
            continue
        if _EMPTY.fullmatch(probe.text):
            yield Failing(name, probe, Why.NOTHING)
        elif probe.needs_shell:
            yield Failing(name, probe, Why.WORDS)
        elif lacks(process, probe.tool):
            yield Failing(name, probe, Why.TOOL)
        elif probe.request is not None and _is_own(deployment, name, probe.request):
            yield from failing_request(deployment, name, probe, probe.request)


def _store(deployment: Deployment, name: str, process: Process) -> Failing | None:
    """Return why the check of a store fails by what it asks with."""
    said = text_of_check(process)
    if said is None or not any(client in said[0] for client in _STORE_CLIENTS) or _IGNORED.search(said[0]):
        return None
    text, span = said
    found = refused(deployment, process, text)
    if found is None:
        return None
    tool = next(client for client in _STORE_CLIENTS if client in text)
    why = Why.REFUSED if found.fails else Why.UNASKED
    probe = Probe(tool, None, text, span, False, True)
    return Failing(name, probe, why, trail=found.trail, refused=found)


def _is_own(deployment: Deployment, service: str, request: Request) -> bool:
    return request.is_local or request.host in deployment.services[service].names_in("")


def failing_request(
    deployment: Deployment, service: str, probe: Probe, request: Request
) -> Iterator[Failing]:
    """Yield why a request to a service's own port surely fails, or sees nothing; its first reason."""
    heard = listening(deployment, service)
    there = heard.on(request.port)
    if heard.complete and not there:
        yield Failing(service, probe, Why.PORT, heard.ports)
        return
    app = deployment.app_of(service)
    if (
        app is None
        or request.scheme != "http"
        or not there
        or any(one.program not in _SERVERS for one in there)
    ):
        return
    host = request.headers.get("host", request.host).partition(":")[0]
    hosts = app.settings.get("ALLOWED_HOSTS")
    refused = _refuses(app, host)
    if refused and request.fails_on_error and _asks_host(app, request) and isinstance(hosts, Known):
        yield Failing(service, probe, Why.HOST, trail=hosts.trail)
        return
    redirect = app.settings.get("SECURE_SSL_REDIRECT")
    if not refused and isinstance(redirect, Known) and _redirects(app, redirect, request):
        why = Why.REDIRECT if request.follows else Why.ONLY_REDIRECT
        yield Failing(service, probe, why, trail=redirect.trail)
    elif request.fails_on_error and _is_unrouted(deployment, app, request):
        yield Failing(service, probe, Why.PATH, urls=app.settings.urlconf.path)


def _is_unrouted(deployment: Deployment, app: App, request: Request) -> bool:
    """Say whether Django surely answers 404: no route has the path, and nothing before them names it."""
    path = request.path.partition("?")[0]
    urlconf = app.settings.urlconf
    if urlconf.routed(path) is not False or urlconf.routed(f"{path.rstrip('/')}/") is not False:
        return False
    found = _middleware(app)
    tops = {one.partition(".")[0] for one in found or ()}
    own = {posixpath.basename(folder) for folder in deployment.project.folders}
    if found is None or any(not PASSING.match(f"{top}.") and top not in own for top in tops):
        return False
    word = path.strip("/").rpartition("/")[2]
    near = (
        one
        for one in deployment.project.paths
        if re.search(r"middleware|[aw]sgi\.py$", one) and one.endswith(".py")
    )
    texts = (source.text for one in near if (source := deployment.project.read(one)) is not None)
    return bool(word) and not any(word in text or "FastAPI(" in text for text in texts)


def _setting(app: App, name: str) -> Any:
    """Return a setting as plain data, None where a part of it is not known."""
    from confguard.model.django import plain

    try:
        return plain(app.settings.get(name))
    except ValueError:
        return None


def _refuses(app: App, host: str) -> bool:
    """Say whether Django surely refuses a host (``django.http.request.validate_host``)."""
    allowed = _setting(app, "ALLOWED_HOSTS")
    if _setting(app, "DEBUG") is not False:
        return False
    if not isinstance(allowed, (list, tuple)) or not all(isinstance(one, str) for one in allowed):
        return False
    patterns = [one.lower() for one in allowed]
    return not any(
        one in ("*", host) or (one.startswith(".") and (host.endswith(one) or host == one[1:]))
        for one in patterns
    )


def _middleware(app: App) -> list[str] | None:
    found = _setting(app, "MIDDLEWARE")
    if not isinstance(found, (list, tuple)) or not all(isinstance(one, str) for one in found):
        return None
    return list(found)


def _asks_host(app: App, request: Request) -> bool:
    """Say whether CommonMiddleware asks for the host before anything could answer."""
    found = _middleware(app)
    if found is None or _COMMON not in found:
        return False
    path = request.path.partition("?")[0]
    return all(passes_middleware(app, one, path) for one in found[: found.index(_COMMON)])


def passes_middleware(app: App, name: str, path: str) -> bool:
    """Say whether a middleware surely hands a request on: it is known to, or the project's own and does."""
    from confguard.model.django.passing_middleware import passes_on

    if PASSING.match(name):
        return True
    middleware = app.settings.middleware
    return middleware is not None and passes_on(middleware, name, path)


def _redirects(app: App, redirect: Known[Any], request: Request) -> bool:
    """Say whether SecurityMiddleware surely redirects a request to https (``process_request``)."""
    found = _middleware(app)
    if redirect.value is not True or found is None or _SECURITY not in found:
        return False
    path = request.path.partition("?")[0]
    exempt, secure = _setting(app, "SECURE_REDIRECT_EXEMPT"), app.settings.get("SECURE_PROXY_SSL_HEADER")
    if not isinstance(exempt, (list, tuple)) or _setting(app, "SECURE_SSL_HOST"):
        return False
    try:
        if any(re.search(pattern, path.lstrip("/")) for pattern in exempt):
            return False
    except (re.error, TypeError):
        return False
    header = _setting(app, "SECURE_PROXY_SSL_HEADER")
    if header is None:
        secured = not isinstance(secure, Known) or secure.value is not None
    elif not isinstance(header, tuple) or len(header) != 2 or not isinstance(header[0], str):
        return False
    else:
        sent = request.headers.get(header[0].removeprefix("HTTP_").replace("_", "-").lower(), "")
        secured = sent.split(",")[0].strip() == header[1]
    # What the middleware before it does is asked last: it is evaluated for that.
    return not secured and all(passes_middleware(app, one, path) for one in found[: found.index(_SECURITY)])
