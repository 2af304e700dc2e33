"""The access logs of nginx hold no credentials, and requests carry an id to the application."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.finding import Label
from confguard.model.nginx import NginxModel, access_logs, log_format
from confguard.model.value import Known
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed, together
from confguard.readiness.probes._subject import beginning, place

_CREDENTIALS = re.compile(
    r"\$(http_authorization|http_cookie|cookie_\w+|http_x_api_key|remote_passwd|request_body)\b"
)


def look(subject: Subject, request_id: bool = True) -> Outcome:
    """Look at the log formats in use, and with ``request_id`` at an ``X-Request-ID`` passed on."""
    models = subject.deployment.proxies
    if not models:
        return cannot_tell("no nginx of the stack could be looked at")
    outcomes = [one for model in models for one in _formats(subject, model)]
    if request_id:
        outcomes += [_identity(subject, model) for model in models]
    return together(outcomes)


def _formats(subject: Subject, model: NginxModel) -> Iterator[Outcome]:
    used: dict[str, Label | None] = {}
    for server in model.servers:
        logs = access_logs(server.level)
        if not isinstance(logs, tuple):
            yield cannot_tell("an include that is not there may set the access log")
            continue
        for log in logs:
            used.setdefault(log.format, place(log.statement.span) if log.statement else _main(subject, model))
    for name, label in used.items():
        text = log_format(model, name)
        if not isinstance(text, Known):
            yield cannot_tell(f"the log format {name} is not known", [label])
        elif credentials := _CREDENTIALS.search(text.value):
            yield failed(f"the log format {name} holds {credentials[0]}", [place(text.span), label])
        else:
            yield passed(f"the log format {name} holds no credentials", [label])
    if not used:
        yield passed("requests are not logged", [_main(subject, model)])


def _identity(subject: Subject, model: NginxModel) -> Outcome:
    for path in model.files:
        source = subject.repo.project.read(path)
        match = (
            re.search(r"^\s*proxy_set_header\s+X-Request-ID\s+\S+;", source.text, re.M | re.I)
            if source
            else None
        )
        if source is not None and match is not None:
            return passed(
                "a request id is passed on", [Label(source.span(*match.span()).first_line(), "the id")]
            )
    return cannot_tell(
        "nginx makes no request id: the application gets one only if the client sends it",
        [_main(subject, model)],
    )


def _main(subject: Subject, model: NginxModel) -> Label | None:
    source = subject.repo.project.read(model.files[0]) if model.files else None
    return beginning(source, "the configuration") if source is not None else None
