"""What holds requests back and what is written about them: limit_req, limit_conn, access_log in effect.

As ngx_http_limit_req_module, ngx_http_limit_conn_module and ngx_http_log_module of nginx 1.30 merge them:
each is a list that comes whole from the nearest level that has any.
"""

from __future__ import annotations

from dataclasses import dataclass

from confguard.model.nginx.effective import nearest
from confguard.model.nginx.types import Level, Missing, NginxModel, Statement
from confguard.model.value import Known, Unknown, Value

DEFAULT_LOG = "logs/access.log"
"""Where nginx writes without any access_log, in the folder that it was built for."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One ``limit_req`` or ``limit_conn`` in effect at a level.

    ``key`` is what is counted, as its zone says it. ``rate`` is that of the zone (``10r/s``), or for
    limit_conn the number of connections. Whether a request is refused depends on those before it.
    """

    statement: Statement
    zone: str
    key: Value[str]
    rate: Value[str]
    burst: int
    """So many requests above the rate are not refused; they wait, but for the first ``delay_after``."""
    delay_after: int | None
    """None with ``nodelay``: none of them waits."""
    status: Value[int]
    """What a request that is refused is answered with."""
    dry_run: bool
    """Whether it only counts and refuses nothing."""


@dataclass(frozen=True, slots=True)
class AccessLog:
    """One ``access_log`` in effect at a level; ``statement`` is None for nginx's default."""

    path: str
    format: str
    condition: str
    """The text of ``if=``: where it is empty or 0 nothing is written; ``""`` without one."""
    statement: Statement | None


def limits(model: NginxModel, level: Level) -> tuple[Limit, ...] | Missing:
    """Return the limits in effect at a level; Missing where an include may say others."""
    found: list[Limit] = []
    for name in ("limit_req", "limit_conn"):
        near = nearest(level, name)
        if isinstance(near, Missing):
            return near
        found += [
            _limit(model, level, statement) for statement in (near[1] if near else ()) if statement.words
        ]
    return tuple(found)


def _limit(model: NginxModel, level: Level, statement: Statement) -> Limit:
    name = statement.name
    given = dict(text.partition("=")[::2] for text in statement.texts)
    zone = given.get("zone", "") if name == "limit_req" else statement.first
    definition = _zone(model, name, zone)
    lost: Value[str] = Unknown(f'the zone "{zone}" is defined where it is not known')
    key: Value[str] = Known(definition.first) if definition else lost
    if name == "limit_conn":
        rate: Value[str] = Known(statement.texts[1]) if len(statement.words) > 1 else Unknown("no number")
    else:
        rate = Known(_parameter(definition, "rate") or "1r/s") if definition else lost
    return Limit(
        statement,
        zone,
        key,
        rate,
        _number(given.get("burst", "")),
        None if "nodelay" in given else _number(given.get("delay", "")),
        _status(level, f"{name}_status"),
        _is_on(level, f"{name}_dry_run"),
    )


def _zone(model: NginxModel, name: str, zone: str) -> Statement | None:
    for item in model.http.named(f"{name}_zone") if model.http else ():
        if (_parameter(item, "zone") or "").partition(":")[0] == zone:
            return item
    return None


def _parameter(statement: Statement, name: str) -> str | None:
    return next((text[len(name) + 1 :] for text in statement.texts if text.startswith(f"{name}=")), None)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _is_on(level: Level, name: str) -> bool:
    near = nearest(level, name)
    return isinstance(near, tuple) and near[1][0].first.lower() == "on"


def _status(level: Level, name: str) -> Value[int]:
    near = nearest(level, name)
    if isinstance(near, Missing):
        return Unknown(f"{name} may be set elsewhere: {near.reason}")
    text = near[1][0].first if near else "503"
    return Known(int(text)) if text.isdecimal() else Unknown(f'"{text}" is no status')


def access_logs(level: Level) -> tuple[AccessLog, ...] | Missing:
    """Return where requests that end at a level are written; empty where it is off.

    Missing where an include may say something else.
    """
    near = nearest(level, "access_log")
    if isinstance(near, Missing):
        return near
    if near is None:
        return (AccessLog(DEFAULT_LOG, "combined", "", None),)
    if any(item.first == "off" for item in near[1]):
        return ()
    return tuple(_log(item) for item in near[1] if item.words)


def _log(statement: Statement) -> AccessLog:
    more = statement.texts[1:]
    name = more[0] if more and "=" not in more[0] else "combined"
    condition = next((text[3:] for text in more if text.startswith("if=")), "")
    return AccessLog(statement.first, name, condition, statement)


def log_format(model: NginxModel, name: str) -> Value[str]:
    """Return the text of a log_format; ``combined`` is nginx's own."""
    if name == "combined":
        return Known(COMBINED)
    for item in model.http.named("log_format") if model.http else ():
        if item.first == name:
            return Known("".join(text for text in item.texts[1:] if not text.startswith("escape=")))
    return Unknown(f'the log format "{name}" is defined where it is not known')


COMBINED = (
    '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" '
    '"$http_user_agent"'
)
"""The log format that nginx has by itself (ngx_http_combined_fmt)."""
