"""TLS of a server in effect: protocols, ciphers, certificates, with nginx's defaults by version."""

from __future__ import annotations

from confguard.model.nginx.effective import effective, is_set, nearest
from confguard.model.nginx.select import default_server
from confguard.model.nginx.types import Level, Missing, NginxModel, Server, Statement
from confguard.model.nginx.uri import Request
from confguard.model.value import Known, Origin, Step, Unknown, Value

ORDER = ("SSLv2", "SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
CIPHERS = "HIGH:!aNULL:!MD5"
"""nginx's default of ``ssl_ciphers`` (NGX_DEFAULT_CIPHERS); says nothing about TLSv1.3."""

_WITHOUT_OLD, _WITH_NEW, _OWN_PROTOCOLS = (1, 27, 3), (1, 23, 4), (1, 29, 2)
"""From these versions on (CHANGES): no TLSv1 and TLSv1.1 by default; TLSv1.3 by default; the protocols of
a server that is not the default one of its address count."""


def protocols(model: NginxModel, server: Server) -> Value[tuple[str, ...]]:
    """Return the protocols that a server's clients may speak, oldest first.

    Before nginx 1.29.2 the default server of the address decides for all that listen there. What the
    OpenSSL of the image switches off is not looked at.
    """
    own = _protocols(model, server.level)
    lost: Value[tuple[str, ...]] = Unknown("the default server of its address is not known")
    others = [_protocols(model, one.level) if one else lost for one in _defaults(model, server)]
    different = [one for one in others if not _same(one, own)]
    if not different:
        return own
    if not isinstance(model.version, Known):
        return Unknown("before nginx 1.29.2 those of the default server count, and the version is not known")
    if model.version.value >= _OWN_PROTOCOLS:
        return own
    if len(others) > 1 and not all(_same(one, others[0]) for one in others):
        return Unknown("its addresses have default servers with different protocols")
    return others[0]


def _same(one: Value[tuple[str, ...]], other: Value[tuple[str, ...]]) -> bool:
    return isinstance(one, Known) and isinstance(other, Known) and one.value == other.value


def _defaults(model: NginxModel, server: Server) -> list[Server | None]:
    """Return the default servers of the addresses that a server speaks TLS on; None for one not known."""
    found: list[Server | None] = []
    for listen in server.listens:
        if listen.ssl and listen.port is not None:
            address = "" if listen.address in ("*", "[::]") else listen.address
            chosen = default_server(model, Request(port=listen.port, scheme="https", address=address))
            first = chosen[0] if chosen else None
            if first is not server and first not in found:
                found.append(first)
    return found


def _protocols(model: NginxModel, level: Level) -> Value[tuple[str, ...]]:
    if is_set(level, "ssl_protocols") or isinstance(nearest(level, "ssl_protocols"), Missing):
        written = effective(level, "ssl_protocols")
        if isinstance(written, Unknown):
            return written
        return written.map(lambda names: tuple(name for name in ORDER if name in names))
    if not isinstance(model.version, Known):
        return Unknown("nginx's default depends on its version, which is not known")
    return Known(_default_protocols(model.version.value), (Step("default of nginx", None, Origin.DEFAULT),))


def _default_protocols(version: tuple[int, ...]) -> tuple[str, ...]:
    if version >= _WITHOUT_OLD:
        return ("TLSv1.2", "TLSv1.3")
    return ORDER[2:] if version >= _WITH_NEW else ORDER[2:5]


def ciphers(level: Level) -> Value[str]:
    """Return the ciphers of TLSv1.2 and older in effect at a level, as OpenSSL reads them."""
    found = nearest(level, "ssl_ciphers")
    if found is None:
        return Known(CIPHERS, (Step("default of nginx", None, Origin.DEFAULT),))
    written = effective(level, "ssl_ciphers")
    if isinstance(written, Unknown):
        return written
    return written.map(lambda words: words[0] if words else "")


def certificates(level: Level) -> tuple[Statement, ...] | Missing:
    """Return the ``ssl_certificate`` in effect at a level; Missing where an include may have them."""
    found = nearest(level, "ssl_certificate")
    return found if isinstance(found, Missing) else found[1] if found else ()
