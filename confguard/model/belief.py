"""What Django believes of a request that reached it through a proxy: its scheme and its host.

Follows HttpRequest of Django 5.2 (django/http/request.py: scheme, get_host) and what the application
servers tell it as ``wsgi.url_scheme`` or the scheme of the ASGI scope.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.model.deployment import App, Deployment
from confguard.model.django import Items
from confguard.model.django.values import plain
from confguard.model.passages import Passage
from confguard.model.received import Headers
from confguard.model.value import Known, Unknown, Value

_ALLOWED = re.compile(r"--forwarded-allow-ips(?:=|\s+)['\"]?([^\s'\"]+)")
_OWN_HEADERS = re.compile(r"proxy|https|ssl|forward|xff|real_?ip|scheme", re.IGNORECASE)
_SECURE_HEADERS = {"x-forwarded-proto": "https", "x-forwarded-protocol": "ssl", "x-forwarded-ssl": "on"}
_SERVERS = ("gunicorn", "uvicorn", "daphne", "hypercorn", "granian", "uwsgi", "runserver", "waitress")


def middleware(app: App) -> tuple[str, ...] | None:
    """Return the dotted names in MIDDLEWARE, in order; None if they are not all known."""
    value = app.settings.get("MIDDLEWARE")
    try:
        names = plain(value)
    except ValueError:
        return None
    return tuple(map(str, names)) if isinstance(names, list | tuple) else None


def proxy_header(app: App) -> Value[tuple[str, str] | None]:
    """Return the header (its name in HTTP) and the value of SECURE_PROXY_SSL_HEADER; None where it is off."""
    setting = app.settings.get("SECURE_PROXY_SSL_HEADER")
    try:
        found = plain(setting)
    except ValueError as error:
        return Unknown(f"SECURE_PROXY_SSL_HEADER {error}")
    trail = setting.trail if setting else ()
    if not found:
        return Known(None, trail)
    if not isinstance(found, list | tuple) or len(found) != 2 or not all(isinstance(x, str) for x in found):
        return Unknown("SECURE_PROXY_SSL_HEADER is not a pair of texts")
    key, secure = found
    # WSGI and ASGI hand headers over as HTTP_ and capitals with underscores: other keys stay what they are.
    is_header = key.startswith("HTTP_") and "-" not in key and key == key.upper()
    return Known((key.removeprefix("HTTP_").replace("_", "-").lower() if is_header else key, secure), trail)


def is_header_name(name: str) -> bool:
    """Say whether a name of ``proxy_header`` is that of a header, and not a key that no header gets."""
    return "_" not in name and name == name.lower()


def is_secure(deployment: Deployment, passage: Passage, headers: Headers) -> Value[bool]:
    """Say whether ``request.is_secure()`` holds for a request that reaches the application like this."""
    names = middleware(passage.app)
    if names is None or any(
        _OWN_HEADERS.search(name) for name in names if not name.startswith("django.middleware.")
    ):
        return Unknown("middleware of its own may tell it otherwise")
    setting = proxy_header(passage.app)
    if isinstance(setting, Unknown):
        return setting
    if setting.value is not None:
        name, secure = setting.value
        header = headers.get(name)
        if isinstance(header, Unknown):
            return header
        if header is not None:
            return Known(header.value.split(",", 1)[0].strip() == secure)
    return _server_scheme(deployment, passage, headers)


def _server_scheme(deployment: Deployment, passage: Passage, headers: Headers) -> Value[bool]:
    if passage.hop.target.scheme == "https":
        return Known(True)
    if passage.hop.target.protocol == "uwsgi":
        return Unknown("uWSGI takes the scheme from parameters")
    trusted = trusts_proxy(deployment, passage.service)
    if isinstance(trusted, Unknown):
        return trusted
    if not trusted.value:
        return Known(False)
    for name, secure in _SECURE_HEADERS.items():
        value = headers.get(name)
        if isinstance(value, Unknown):
            return value
        if value is not None and value.value == secure:
            return Known(True)
    return Known(False)


def trusts_proxy(deployment: Deployment, service: str) -> Value[bool]:
    """Say whether an application server believes the X-Forwarded headers of a proxy in another container.

    gunicorn and uvicorn do for the addresses of ``--forwarded-allow-ips`` or FORWARDED_ALLOW_IPS, by
    default the loopback address only; runserver and daphne without ``--proxy-headers`` never do.
    """
    process = deployment.processes[service]
    text = process.text
    used = [name for name in _SERVERS if re.search(rf"\b{name}\b", text)]
    if not used:
        return Unknown("which program serves the application is not known")
    if used == ["runserver"]:
        return Known(False)
    if "daphne" in used:
        return Known(True) if "--proxy-headers" in text else Known(False)
    if not set(used) <= {"gunicorn", "uvicorn", "runserver"}:
        return Unknown(f"how {used[0]} takes the scheme is not known")
    values = list(_allowed(deployment, service, text))
    unknown = next((value for value in values if isinstance(value, Unknown)), None)
    if unknown is not None:
        return unknown
    addresses = {
        part.strip() for value in values if isinstance(value, Known) for part in value.value.split(",")
    }
    if "*" in addresses:
        return Known(True)
    if addresses - {"127.0.0.1", "::1", "localhost", ""}:
        return Unknown("whether the proxy's address is among those that are trusted is not known")
    return Known(False)


def _allowed(deployment: Deployment, service: str, text: str) -> Iterator[Value[str]]:
    process = deployment.processes[service]
    for match in _ALLOWED.finditer(text):
        yield Unknown("the addresses are put in when it starts") if "$" in match[1] else Known(match[1])
    if "gunicorn" in text:
        for name in ("GUNICORN_CMD_ARGS", "FORWARDED_ALLOW_IPS"):
            value = process.environment.get(name)
            if value is not None:
                yield value if name == "FORWARDED_ALLOW_IPS" or isinstance(value, Unknown) else Unknown(name)
        if re.search(r"\s(-c|--config)\b", text) or _has_gunicorn_file(deployment):
            yield from _in_files(deployment)
    elif (value := process.environment.get("FORWARDED_ALLOW_IPS")) is not None:
        yield value


def _has_gunicorn_file(deployment: Deployment) -> bool:
    return any(path.rpartition("/")[2].startswith("gunicorn") for path in deployment.project.paths)


def _in_files(deployment: Deployment) -> Iterator[Value[str]]:
    """Yield an unknown for each configuration of gunicorn in the repository that says whom it trusts."""
    for path in deployment.project.paths:
        if path.endswith(".py") and "gunicorn" in path:
            source = deployment.project.read(path)
            if source is not None and re.search(r"forwarded_allow_ips|secure_scheme_headers", source.text):
                yield Unknown("gunicorn's configuration says whom it trusts")


def raw_host(app: App, headers: Headers) -> Value[str]:
    """Return the host that ``HttpRequest.get_host`` looks at."""
    forwarded = app.settings.get("USE_X_FORWARDED_HOST")
    if not isinstance(forwarded, Known):
        return Unknown("USE_X_FORWARDED_HOST is not known")
    name = "x-forwarded-host" if forwarded.value else "host"
    value = headers.get(name)
    if value is None and forwarded.value:
        value = headers.get("host")
    return Unknown("no Host header reaches it") if value is None else value


def allowed_hosts(app: App) -> Value[tuple[str, ...]]:
    """Return ALLOWED_HOSTS, with what Django takes instead while it debugs and the list is empty."""
    value = app.settings.get("ALLOWED_HOSTS")
    debug = app.settings.get("DEBUG")
    if not isinstance(value, Known) or not isinstance(value.value, Items):
        return Unknown("ALLOWED_HOSTS is not known")
    if any(isinstance(item, Known) and item.value == "*" for item in value.value):
        return Known(("*",), value.trail)
    try:
        hosts = tuple(str(host) for host in plain(value))
    except ValueError as error:
        return Unknown(f"ALLOWED_HOSTS {error}")
    if not hosts and not (isinstance(debug, Known) and not debug.value):
        return Unknown("Django may be debugging")
    return Known(hosts, value.trail)


def csrf_origins(app: App) -> Value[tuple[str, ...]]:
    """Return CSRF_TRUSTED_ORIGINS, if all of it is known."""
    value = app.settings.get("CSRF_TRUSTED_ORIGINS")
    try:
        return Known(tuple(str(origin) for origin in plain(value)))
    except (ValueError, TypeError):
        return Unknown("CSRF_TRUSTED_ORIGINS is not known")
