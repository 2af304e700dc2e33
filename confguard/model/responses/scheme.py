"""Whether Django believes that a request came by https.

As ``HttpRequest.scheme`` of Django 5.2: SECURE_PROXY_SSL_HEADER decides where the header is there, the
server's own word (``wsgi.url_scheme``) where not.
"""

from __future__ import annotations

import re
from typing import Any

from confguard.model.deployment import App, Deployment
from confguard.model.django import plain
from confguard.model.nginx import NginxModel, Target, request_headers
from confguard.model.value import Known, Unknown, Value

_TRUSTS = re.compile(r"forwarded[-_]allow[-_]ips|proxy[-_]headers", re.IGNORECASE)


def believes_https(
    deployment: Deployment, app: App, model: NginxModel, target: Target, secure: bool
) -> Value[bool]:
    """Say whether the application takes a request for https that reached nginx by TLS (``secure``) or not."""
    setting = app.settings.get("SECURE_PROXY_SSL_HEADER")
    if isinstance(setting, Unknown):
        return setting
    if setting is not None and setting.value is not None:
        return _by_header(setting, model, target, secure)
    if target.scheme in ("https", "grpcs"):
        return Unknown("the application speaks TLS itself")
    if target.protocol == "uwsgi":
        return Unknown("it depends on the parameters that uwsgi gets")
    if any(_trusts(deployment, name) for name in app.services):
        return Unknown("the server in front of Django believes what its proxy says")
    return Known(False)


def _by_header(setting: Known[Any], model: NginxModel, target: Target, secure: bool) -> Value[bool]:
    try:
        name, wanted = plain(setting)
    except (ValueError, TypeError):
        return Unknown("SECURE_PROXY_SSL_HEADER is not known", setting.trail)
    if target.protocol != "proxy":
        return Unknown(f"it depends on the parameters that {target.protocol} gets")
    header = str(name).removeprefix("HTTP_").replace("_", "-").lower()
    headers, missing = request_headers(model, target.level)
    if missing is not None:
        return Unknown(missing.reason)
    for one in headers:
        if one.name.lower() == header:
            if not isinstance(one.value, Known):
                return Unknown(one.value.reason)
            text = one.value.value.replace("$scheme", "https" if secure else "http")
            return Unknown(f"it depends on {text}") if "$" in text else Known(text == wanted)
    return Unknown(f"{header} comes from the client")


def _trusts(deployment: Deployment, service: str) -> bool:
    process = deployment.processes.get(service)
    return process is None or bool(
        _TRUSTS.search(process.text) or "FORWARDED_ALLOW_IPS" in process.environment
    )
