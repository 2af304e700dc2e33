"""Where services connect to: hosts and ports in settings, environments, commands and health checks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from confguard.model.django.values import Entries, Partial, elements, entry
from confguard.model.endpoint_texts import MARK, URL, Endpoint, kind_of, number_of, of_text
from confguard.model.hosts import Reached, reach
from confguard.model.listening import programs
from confguard.model.roles import ServiceRole
from confguard.model.screened import Screened
from confguard.model.value import Known, Origin, Step, Unknown, Value

if TYPE_CHECKING:
    from confguard.model.compose import Service
    from confguard.model.deployment import App, Deployment

_ENGINES = (("postgresql", "postgresql", 5432), ("postgis", "postgresql", 5432), ("mysql", "mysql", 3306))
_HOST_NAME = re.compile(
    r"(?P<prefix>(?:\w+_)?(?P<what>DB|DATABASE|POSTGRES|POSTGRESQL|PG|SQL|MYSQL|MARIADB|REDIS|VALKEY|MEMCACHED?|RABBITMQ"
    r"|BROKER|AMQP|MONGO|MONGODB|ELASTICSEARCH|ELASTIC|OPENSEARCH|SOLR|MEILISEARCH|EMAIL|SMTP|MAIL|MINIO))_?"
    r"(?:HOST|HOSTNAME|SERVER)"
)
_BY_NAME = {
    **dict.fromkeys(("POSTGRES", "POSTGRESQL", "PG"), "postgresql"),
    **dict.fromkeys(("MYSQL", "MARIADB"), "mysql"),
    **dict.fromkeys(("REDIS", "VALKEY"), "redis"),
    **dict.fromkeys(("RABBITMQ", "AMQP"), "amqp"),
    **dict.fromkeys(("EMAIL", "SMTP", "MAIL"), "smtp"),
    **dict.fromkeys(("MEMCACHE", "MEMCACHED"), "memcached"),
    **dict.fromkeys(("MONGO", "MONGODB"), "mongodb"),
    **dict.fromkeys(("ELASTICSEARCH", "ELASTIC", "OPENSEARCH"), "elasticsearch"),
}
_NAMESPACED = Screened(
    re.compile(r"config_from_object\([^)]*namespace\s*=\s*[\"']CELERY[\"']"), ("config_from_object",)
)
_SETTING_NAMES = re.compile(r"(?:\w+_)?(?:BROKER_URL|RESULT_BACKEND|REDIS_URL|CACHE_URL|BROKER)\Z")


def reached(deployment: Deployment, endpoint: Endpoint, service: str) -> Reached:
    """Return who answers to an endpoint's host in the container of a service."""
    return reach(deployment, deployment.services[service], endpoint.host)


def endpoints(deployment: Deployment) -> tuple[Endpoint, ...]:
    """Return what the running services connect to, as far as it is known; the same place only once."""
    return deployment.once(("endpoints",), lambda: _endpoints(deployment))


def _endpoints(deployment: Deployment) -> tuple[Endpoint, ...]:
    found = [
        *(one for app in deployment.apps if app.services for one in _of_settings(deployment, app)),
        *(one for service in deployment.services.values() for one in _of_environment(deployment, service)),
        *(one for service in deployment.services.values() for one in _of_command(deployment, service)),
        *(one for service in deployment.services.values() for one in _of_healthcheck(service)),
    ]
    distinct = {(one.services, one.host, one.port, one.span): one for one in reversed(found)}
    return tuple(reversed(distinct.values()))


_WITHOUT_SETTINGS = (ServiceRole.PROXY, ServiceRole.FRONTEND, ServiceRole.DATASTORE, ServiceRole.CACHE)
"""Services that read no settings, even if DJANGO_SETTINGS_MODULE reaches them in a shared env file."""


def _of_settings(deployment: Deployment, app: App) -> Iterator[Endpoint]:
    settings = app.settings
    services = tuple(name for name in app.services if deployment.roles[name].role not in _WITHOUT_SETTINGS)
    if not services:
        return
    app = replace(app, services=services)
    yield from _databases(app)
    for alias, cache in _entries(settings.get("CACHES")):
        backend = entry(cache, "BACKEND")
        kind = backend.value if isinstance(backend, Known) and isinstance(backend.value, str) else ""
        if not re.search(r"redis|memcached", kind, re.IGNORECASE):
            continue
        spoken = "redis" if "redis" in kind.lower() else "memcached"
        yield from _located(services, entry(cache, "LOCATION"), f'CACHES["{alias}"]', spoken)
    layer = entry(settings.get("CHANNEL_LAYERS"), "default", "CONFIG", "hosts")
    yield from _located(services, layer, "CHANNEL_LAYERS", "redis")
    unread = {"BROKER_URL"} if "CELERY_BROKER_URL" in settings.values and _is_namespaced(deployment) else ()
    works = any(deployment.roles[name].role is ServiceRole.WORKER for name in deployment.services)
    for name, value in settings.values.items():
        if name in unread:
            continue
        if _SETTING_NAMES.match(name) and (works or not isinstance(value, Known) or not value.from_default):
            yield from _located(services, value, name, "")
    for alias, search in _entries(settings.get("ELASTICSEARCH_DSL")):
        yield from _located(
            services, entry(search, "hosts"), f'ELASTICSEARCH_DSL["{alias}"]', "elasticsearch"
        )
    for alias, queue in _entries(settings.get("RQ_QUEUES")):
        yield from _plain_host(services, queue, f'RQ_QUEUES["{alias}"]', "redis", 6379)
        yield from _located(services, entry(queue, "URL"), f'RQ_QUEUES["{alias}"]', "redis")
    yield from _mail(app)


def _is_namespaced(deployment: Deployment) -> bool:
    """Say whether Celery reads settings with CELERY_ in front alone (docs, "First steps with Django")."""
    return deployment.evaluations.celery("").speaks_of(_NAMESPACED)


def _databases(app: App) -> Iterator[Endpoint]:
    for alias, database in _entries(app.settings.get("DATABASES")):
        engine = entry(database, "ENGINE")
        text = engine.value if isinstance(engine, Known) and isinstance(engine.value, str) else ""
        for word, kind, port in _ENGINES:
            if word in text:
                yield from _plain_host(
                    app.services, database, f'DATABASES["{alias}"]', kind, port, socket=True
                )
                break


def _mail(app: App) -> Iterator[Endpoint]:
    backend = app.settings.get("EMAIL_BACKEND")
    host, port = app.settings.get("EMAIL_HOST"), app.settings.get("EMAIL_PORT")
    if not (isinstance(backend, Known) and "smtp" in str(backend.value)):
        return
    if isinstance(host, Known) and isinstance(host.value, str) and host.span is not None and host.value:
        number = number_of(port.value) if isinstance(port, Known) else None
        yield Endpoint(app.services, host.value, number, "smtp", "EMAIL_HOST", "setting", host, host.span)


def _entries(value: Value[Any] | None) -> Iterator[tuple[str, Value[Any]]]:
    if isinstance(value, Known) and isinstance(value.value, Entries):
        for key, item in value.value:
            if isinstance(key.value, str):
                yield key.value, item


def _plain_host(
    services: tuple[str, ...], value: Value[Any], name: str, kind: str, default: int, socket: bool = False
) -> Iterator[Endpoint]:
    """Yield the endpoint of a dict with HOST and PORT; without a host it is a socket of the machine."""
    host, port = entry(value, "HOST"), entry(value, "PORT")
    if host is None and socket and isinstance(value, Known):
        host = Known("", value.trail)
    if not isinstance(host, Known) or not isinstance(host.value, str) or host.value.startswith("/"):
        return
    if not host.value and not socket:
        return
    number: int | None = None
    if port is None or (isinstance(port, Known) and port.value in ("", None)):
        number = default
    elif isinstance(port, Known):
        number = number_of(port.value)
    trail = host.trail if port is None or isinstance(port, Unknown) else (*host.trail, *port.trail)
    yield Endpoint(
        services, host.value, number, kind, name, "setting", Known(host.value, trail), host.span, port is None
    )


def _located(services: tuple[str, ...], value: Value[Any] | None, name: str, kind: str) -> Iterator[Endpoint]:
    """Yield the endpoints of a URL, of ``host:port``, of ``(host, port)``, or of a list of them."""
    if not isinstance(value, Known):
        return
    items = elements(value)
    if len(items) == 2 and isinstance(items[1], Known) and isinstance(items[1].value, int):
        host = items[0]
        if isinstance(host, Known) and isinstance(host.value, str):
            span = host.span or value.span
            yield Endpoint(services, host.value, items[1].value, kind, name, "setting", host, span)
        return
    if items:
        for item in items:
            yield from _located(services, item, name, kind)
        return
    if isinstance(value.value, Entries):
        yield from _located(services, entry(value, "address") or entry(value, "host"), name, kind)
        return
    text = _text(value.value)
    if text is not None:
        yield from of_text(services, text, kind, name, "setting", value, value.span)


def _text(value: object) -> str | None:
    if isinstance(value, Partial):
        return "".join(part if isinstance(part, str) else MARK for part in value.parts)
    return value if isinstance(value, str) else None


def _of_environment(deployment: Deployment, service: Service) -> Iterator[Endpoint]:
    """Yield what variables say that the service is given for itself, or that its start scripts name.

    What Django makes of its variables stands in the settings.
    """
    process = deployment.processes[service.name]
    app = deployment.app_of(service.name)
    store = deployment.roles[service.name].role in (ServiceRole.DATASTORE, ServiceRole.CACHE)
    reference = deployment.base_image(service)
    store = store and (reference is None or reference.name not in ("pgbouncer", "pgpool"))
    environment, text = process.environment, process.text
    for name in environment:
        value = environment.values[name]
        if not isinstance(value, Known) or not value.value:
            continue
        named = name in text and re.search(rf"\$\{{?{re.escape(name)}\b", text) is not None
        own = service.environment.get(name) is not None
        if (app is not None and not named) or not (own or named):
            continue
        host = _HOST_NAME.fullmatch(name)
        if host is None:
            kinds = [kind_of(match["scheme"]) for match in URL.finditer(value.value)]
            if any(kinds) and not re.search(r"ALLOWED|CORS|CSRF|ORIGIN|PUBLIC|FRONT", name):
                yield from of_text((service.name,), value.value, "", name, "environment", value, value.span)
        elif re.fullmatch(r"[A-Za-z0-9][\w.-]*", value.value) and not store:
            yield _host_variable(service.name, environment.values, name, host, value)


def _host_variable(
    service: str,
    values: Mapping[str, Known[str] | Unknown],
    name: str,
    match: re.Match[str],
    value: Known[str],
) -> Endpoint:
    ports = (
        values.get(re.sub(r"(?:HOST|HOSTNAME|SERVER)\Z", "PORT", name)),
        values.get(f"{match['prefix']}PORT"),
    )
    port = next((one for one in ports if isinstance(one, Known)), None)
    number = number_of(port.value) if port is not None else None
    kind = _BY_NAME.get(match["what"], "")
    trail = value.trail if port is None else (*value.trail, *port.trail)
    return Endpoint(
        (service,), value.value, number, kind, name, "environment", Known(value.value, trail), value.span
    )


def _of_command(deployment: Deployment, service: Service) -> Iterator[Endpoint]:
    """Yield the URLs that programs are started with, and what ``wait-for-it`` waits for."""
    for program in programs(deployment, service.name):
        for word in program.words[1:]:
            if len(word) > 1000 or not URL.search(word) or program.name in ("curl", "wget"):
                continue
            span = program.place(word)
            value = Known(word, (Step("an argument of the command", span, Origin.WRITTEN),))
            yield from of_text(
                (service.name,), word, "", f"the command of {program.name}", "command", value, span
            )


def _of_healthcheck(service: Service) -> Iterator[Endpoint]:
    check = service.healthcheck
    if check is None or check.disabled or not isinstance(check.test, Known):
        return
    text = " ".join(check.test.value)
    for one in of_text(
        (service.name,), text, "", "the health check", "healthcheck", Known(text, check.test.trail), None
    ):
        span = check.test.span or check.span
        place = span
        if span is not None and (start := span.text.find(one.host)) != -1:
            place = span.sub(start, start + len(one.host))
        yield Endpoint(
            one.services,
            one.host,
            one.port,
            one.kind,
            one.name,
            one.source,
            one.value,
            place,
            one.port_is_default,
        )
