"""The services of one application get the same settings where it matters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.deployment import App, Deployment
from confguard.model.repo import Repo
from confguard.model.value import Known
from confguard.words import joined, services_named

_FOR_REQUESTS = re.compile(
    r"ALLOWED_HOST|CSRF|CORS|SESSION|SECURE|COOKIE|CSP|HSTS|X_FRAME|THROTTLE|RATE_?LIMIT|AXES|CAPTCHA|GUNICORN"
    r"|UVICORN|DAPHNE|WORKERS|CONCURRENCY|^PORT$|BIND|STATIC|WHITENOISE|ADMIN_URL|TOOLBAR|SWAGGER|DOCS|OPENAPI"
    r"|LOGIN|LOGOUT|OIDC|OAUTH|SAML|JWT|^DEBUG$|_DEBUG$|LOG_?LEVEL|SENTRY|SETTINGS_MODULE|MIGRAT|CRON|RUN_"
)
_FOR_WORK = re.compile(
    r"MAIL|SMTP|URL|HOST|KEY|SECRET|TOKEN|PASSW|BUCKET|S3|AWS|STORAGE|MEDIA|DATABASE|(^|_)DB_|REDIS|CACHE|DIR$"
    r"|PATH|ROOT|TIME_?ZONE|DOMAIN|SITE|FROM|ENDPOINT|USER"
)
_SHARED = re.compile(
    r"BROKER|RESULT_BACKEND|REDIS|RABBIT|AMQP|DATABASE|(^|_)DB_|POSTGRES|SECRET_KEY$|MEDIA|STORAGE|BUCKET"
)
_SAME_FOR_ALL = re.compile(r"(^|_)SECRET_KEY$|BROKER_URL|RESULT_BACKEND|MEDIA_ROOT|BUCKET|(^|_)TIME_?ZONE$")
_ONCE = re.compile(
    r"\b(migrate|collectstatic|createsuperuser|loaddata|compilemessages|beat|flower|cron\w*)\b"
)
_MONITOR = re.compile(r"SENTRY_DSN$|^ROLLBAR_\w*TOKEN$|^(?:BUGSNAG|HONEYBADGER)_API_KEY$")
"""What a service needs to report its errors."""

_SINGLE = re.compile(r"\b(migrate|collectstatic|createsuperuser|loaddata|compilemessages|flower)\b")
_SHOWN = 5


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each group of services that lacks what others get, or is told otherwise."""
    for deployment in repo.production:
        apps = [app for app in deployment.apps if app.services]
        for server in apps:
            if not any(deployment.serves_http(name) for name in server.services):
                continue
            others = [app for app in apps if app is not server and app.settings.path == server.settings.path]
            yield from _judge(deployment, server, others)
            yield from _unwatched(deployment, server, others)


def _judge(deployment: Deployment, server: App, others: list[App]) -> Iterator[Finding]:
    lacking: dict[tuple[str, ...], list[tuple[App, str]]] = {}
    for other in others:
        workers = tuple(name for name in other.services if _works(deployment, name))
        if not workers:
            continue
        lacked = tuple(name for name in _lacked(server, other) if _matters(deployment, name, other, others))
        if lacked:
            lacking.setdefault(lacked, []).extend((other, name) for name in workers)
        missed = [
            name
            for name in _lacked(other, server)
            # Of addresses that lead to the container itself loopback-service-host tells.
            if _SHARED.search(name) and not _leads_to_itself(server, name)
        ]
        if missed:
            yield _finding(deployment, other, server, server.services, workers, missed)
        for name in _told_otherwise(server, other):
            yield _difference(deployment, server, other, workers, name)
    for names, found in lacking.items():
        takers = tuple(name for _, name in found)
        yield _finding(deployment, server, found[0][0], takers, server.services, list(names))


def _matters(deployment: Deployment, name: str, taker: App, others: list[App]) -> bool:
    """Say whether a variable is not for requests alone: by its name, or as other processes get it too."""
    if _FOR_REQUESTS.search(name):
        return False
    return bool(_FOR_WORK.search(name)) or any(
        isinstance(text := other.environment.get(name), Known) and text.value
        for other in others
        if other is not taker and not any(deployment.serves_http(one) for one in other.services)
    )


def _unwatched(deployment: Deployment, server: App, others: list[App]) -> Iterator[Finding]:
    """Yield the services whose errors nobody is told of, though those of the server are reported."""
    for name in dict.fromkeys(read.key for read in server.settings.reads if _MONITOR.search(read.key)):
        if server.environment.get(name) is None:
            continue
        takers = [
            (other, service)
            for other in others
            if other.environment.get(name) is None
            for service in other.services
            if not _reads_host_file(deployment, service)
            if not _SINGLE.search(" ".join(deployment.processes[service].words))
        ]
        if takers:
            services = tuple(service for _, service in takers)
            yield _finding(deployment, server, takers[0][0], services, server.services, [name])


def _reads_host_file(deployment: Deployment, service: str) -> bool:
    """Say whether a service loads what fills the Compose files: what is set there reaches it, too."""
    filling = {source.read for source in deployment.compose.env_sources if source.read}
    return any(reference.read in filling for reference in deployment.services[service].env_files)


def _works(deployment: Deployment, service: str) -> bool:
    """Say whether a service does the application's work: not a server, a scheduler or a single task."""
    words = " ".join(deployment.processes[service].words)
    return not deployment.serves_http(service) and not (_ONCE.search(words) and "worker" not in words)


def _lacked(giver: App, taker: App) -> list[str]:
    """Return what one is given and the other surely not, where the default is another value."""
    found: dict[str, None] = {}
    for read in taker.settings.reads:
        text = giver.environment.get(read.key) if read.key else None
        if not isinstance(text, Known) or not text.value or taker.environment.get(read.key) is not None:
            continue
        if read.required or read.conditional or not isinstance(read.default, Known):
            continue
        default = "" if read.default.value is None else str(read.default.value)
        if default.strip().lower() != text.value.strip().lower():
            found[read.key] = None
    return list(found)


def _leads_to_itself(app: App, name: str) -> bool:
    defaults = (read.default for read in app.settings.reads if read.key == name)
    return any(
        isinstance(one, Known) and re.search(r"localhost|127\.0\.0\.1|::1", str(one.value))
        for one in defaults
    )


def _told_otherwise(server: App, other: App) -> Iterator[str]:
    for name in dict.fromkeys(read.key for read in server.settings.reads if read.key):
        one, two = server.environment.get(name), other.environment.get(name)
        if not (isinstance(one, Known) and isinstance(two, Known) and one.value and two.value):
            continue
        if one.value != two.value and _SAME_FOR_ALL.search(name):
            yield name


def _finding(
    deployment: Deployment,
    giver: App,
    taker: App,
    takers: tuple[str, ...],
    givers: tuple[str, ...],
    names: list[str],
) -> Finding:
    reads = {read.key: read for read in reversed(taker.settings.reads)}
    shown = [*names[:_SHOWN], *([f"{len(names) - _SHOWN} more"] if len(names) > _SHOWN else [])]
    span = deployment.services[takers[0]].span
    places = [giver.environment.get(name) for name in names[:_SHOWN]]
    return Finding(
        f"{services_named(takers)} {'lack' if len(takers) > 1 else 'lacks'} {joined(shown)}, "
        f"which {joined(givers)} {'get' if len(givers) > 1 else 'gets'} for the same settings",
        Label(span or reads[names[0]].span.first_line(), "falls back to the defaults of the settings"),
        (
            *(
                Label(place.span.first_line(), f"{name} of {givers[0]}")
                for name, place in zip(names, places, strict=False)
                if place is not None and place.span is not None
            ),
            Label(reads[names[0]].span.first_line(), f"the default of {names[0]}"),
        ),
        notes=(f"both run {taker.settings.module}",),
        help="give both the same variables, from one `env_file:` or one YAML anchor under `environment:`",
        stacks=(deployment.name,),
        address=(*takers, *names),
    )


def _difference(
    deployment: Deployment, server: App, other: App, workers: tuple[str, ...], name: str
) -> Finding:
    one, two = server.environment.get(name), other.environment.get(name)
    assert one is not None
    assert two is not None
    places = [place for place in (two.span, one.span) if place is not None]
    read = next(read for read in server.settings.reads if read.key == name)
    places = places or [read.span]
    return Finding(
        f"{name} of {services_named(workers)} is not that of {joined(server.services)}",
        Label(places[0].first_line(), f"of {workers[0]}"),
        (
            *(Label(place.first_line(), f"of {server.services[0]}") for place in places[1:]),
            Label(read.span, "reads it"),
        ),
        notes=(f"both run {server.settings.module}",),
        help="tell both the same, from one place: what one signs, queues or stores, the other has to find",
        stacks=(deployment.name,),
        address=(*workers, name),
    )
