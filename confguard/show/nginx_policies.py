"""Rows and facts of an nginx about TLS, limits and logs: what is in effect, written there or around."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from confguard.model.nginx import (
    Level,
    Limit,
    Missing,
    NginxModel,
    Server,
    access_logs,
    certificates,
    ciphers,
    header_set,
    limits,
    protocols,
)
from confguard.model.value import Known, Value
from confguard.reporters.text import clean
from confguard.show.page import YELLOW, Row, clipped, place_of, shown

_HSTS = "Strict-Transport-Security"


def tls_rows(model: NginxModel, server: Server) -> Iterator[Row]:
    """Yield certificates, protocols, ciphers and HSTS of a server that speaks TLS."""
    found = certificates(server.level)
    if isinstance(found, Missing):
        yield Row("certificate", f"? ({clean(found.reason)})", place_of(found.span), YELLOW)
    else:
        for one in found:
            yield Row("certificate", clipped(clean(one.first)), place_of(one.span))
    spoken = protocols(model, server)
    yield _row("protocols", spoken.map(" ".join) if isinstance(spoken, Known) else spoken)
    yield _row("ciphers", ciphers(server.level))
    headers = header_set(server.level)
    for header in headers.get(_HSTS):
        yield Row("HSTS", clipped(shown(header.value)), place_of(header.span))
    if not headers.get(_HSTS) and headers.complete:
        yield Row("HSTS", "not sent by nginx at this level")


def _row(label: str, value: Value[str]) -> Row:
    default = "" if not isinstance(value, Known) or value.span else " (nginx's default)"
    code = "" if isinstance(value, Known) else YELLOW
    return Row(label, clipped(shown(value)) + default, place_of(value.span), code)


def limit_rows(model: NginxModel, level: Level, outer: Level | None) -> Iterator[Row]:
    """Yield the limits in effect at a level, where they differ from those around it."""
    found = limits(model, level)
    if isinstance(found, Missing):
        if outer is None or found is not limits(model, outer):
            yield Row("limited by", f"? ({clean(found.reason)})", place_of(found.span), YELLOW)
        return
    if outer is not None and found == limits(model, outer):
        return
    for limit in found:
        yield Row("limited by", clipped(limit_text(limit), 140), place_of(limit.statement.span))


def limit_text(limit: Limit) -> str:
    """Return a limit in words: ``limit_req api: 10r/s per $binary_remote_addr, burst 20, else 503``."""
    if limit.statement.name == "limit_conn":
        rate = f"{shown(limit.rate)} connections at once"
    else:
        rate = shown(limit.rate)
    parts = [f"{rate} per {shown(limit.key)}"]
    if limit.burst:
        after = limit.delay_after
        waiting = "without delay" if after is None else f"delayed after {after}" if after else "delayed"
        parts.append(f"burst {limit.burst} {waiting}")
    parts.append("dry run: refuses nothing" if limit.dry_run else f"above it {_status_text(limit)}")
    return clean(f"{limit.statement.name} {limit.zone}: ") + ", ".join(parts)


def _status_text(limit: Limit) -> str:
    return str(limit.status.value) if isinstance(limit.status, Known) else f"? ({clean(limit.status.reason)})"


def log_rows(level: Level, outer: Level | None) -> Iterator[Row]:
    """Yield where requests are written, where that differs from the level around; the image's is left out."""
    found = access_logs(level)
    if outer is not None and not level.named("access_log"):
        return
    if isinstance(found, Missing):
        yield Row("access log", f"? ({clean(found.reason)})", place_of(found.span), YELLOW)
        return
    if not found:
        off = next((at.named("access_log")[0] for at in level.chain() if at.named("access_log")), None)
        yield Row("access log", "off", place_of(off.span if off and not off.stock else None))
    for log in found:
        if log.statement is None or log.statement.stock:
            continue
        condition = f" if {log.condition}" if log.condition else ""
        text = f"{log.path}, format {log.format}{condition}"
        yield Row("access log", clipped(clean(text)), place_of(log.statement.span))


# ---- facts -------------------------------------------------------------------------------------------


def tls_facts(model: NginxModel, server: Server) -> dict[str, Any]:
    """Return the same about TLS as plain data; None for what is not known."""
    found, spoken, chosen = certificates(server.level), protocols(model, server), ciphers(server.level)
    return {
        "certificates": None if isinstance(found, Missing) else [clean(one.first) for one in found],
        "protocols": list(spoken.value) if isinstance(spoken, Known) else None,
        "ciphers": clean(chosen.value) if isinstance(chosen, Known) else None,
    }


def policy_facts(model: NginxModel, level: Level) -> dict[str, Any]:
    """Return limits and logs in effect at a level as plain data; None for what is not known."""
    held, logs = limits(model, level), access_logs(level)
    return {
        "limits": None if isinstance(held, Missing) else [_limit_facts(one) for one in held],
        "access_logs": None
        if isinstance(logs, Missing)
        else [
            {"path": clean(one.path), "format": clean(one.format), "if": clean(one.condition)} for one in logs
        ],
    }


def _limit_facts(limit: Limit) -> dict[str, Any]:
    return {
        "kind": limit.statement.name,
        "zone": clean(limit.zone),
        "key": clean(limit.key.value) if isinstance(limit.key, Known) else None,
        "rate": clean(limit.rate.value) if isinstance(limit.rate, Known) else None,
        "burst": limit.burst,
        "delay_after": limit.delay_after,
        "status": limit.status.value if isinstance(limit.status, Known) else None,
        "dry_run": limit.dry_run,
        "place": place_of(limit.statement.span),
    }
