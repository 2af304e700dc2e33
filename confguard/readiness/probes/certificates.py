"""Every server of nginx that speaks TLS has its certificate from somewhere, and no private key is in git."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.finding import Label
from confguard.model.nginx import Missing, NginxModel, certificates
from confguard.model.value import Unknown
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed, together
from confguard.readiness.probes._subject import place

_KEY = re.compile(r"\.(pem|key)$|(^|/)id_(rsa|ed25519|ecdsa)$")
_PRIVATE = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")


def look(subject: Subject, private_keys: bool = True) -> Outcome:
    """Look at ``ssl_certificate`` of each enabled server and at what is mounted there.

    With ``private_keys`` none may be in git, either.
    """
    keys = list(_keys(subject)) if private_keys else []
    if keys:
        return failed("a private key is in git", keys)
    if not subject.deployment.proxies:
        return cannot_tell("no nginx of the stack could be looked at")
    return together(one for model in subject.deployment.proxies for one in _servers(subject, model))


def _keys(subject: Subject) -> Iterator[Label]:
    for path in subject.repo.project.paths:
        source = subject.repo.project.read(path) if _KEY.search(path) else None
        match = _PRIVATE.search(source.text) if source is not None else None
        if source is not None and match is not None:
            yield Label(source.span(*match.span()).first_line(), "a private key")


def _servers(subject: Subject, model: NginxModel) -> Iterator[Outcome]:
    secure = [server for server in model.servers if any(listen.ssl for listen in server.listens)]
    if not secure:
        places = [place(server.level.span, "speaks no TLS") for server in model.servers]
        yield passed("no enabled server of nginx speaks TLS", places)
    for server in secure:
        named = certificates(server.level)
        if isinstance(named, Missing):
            yield cannot_tell(
                "an include that is not there may name the certificate", [place(server.level.span)]
            )
            continue
        if not named:
            yield cannot_tell(
                "no certificate is named for a server that speaks TLS", [place(server.level.span)]
            )
        for statement in named:
            files = subject.deployment.container_files.get(model.service)
            layer = files.mount_at(statement.first) if files is not None else None
            where = place(statement.span, "the certificate")
            if "$" in statement.first or isinstance(layer, Unknown):
                yield cannot_tell("what brings the certificate is not known", [where])
            elif layer is None:
                yield cannot_tell("the certificate comes with the image or is made at its start", [where])
            else:
                yield passed("the certificate's folder is mounted", [where])
