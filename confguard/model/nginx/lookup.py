"""Lookups of ``map`` with ``hostnames`` (ngx_hash_find_combined) and of ``geo``."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import TYPE_CHECKING

from confguard.model.nginx.types import Statement
from confguard.model.value import Known, Unknown, Value

if TYPE_CHECKING:
    from confguard.model.nginx.variables import State

_UNDECIDED = ("include", "proxy", "proxy_recursive", "ranges", "delete")


def wildcard(entries: Sequence[Statement], text: str) -> Statement | None:
    """Return the entry whose wildcard matches a name: the longest leading one, then the longest trailing."""
    leading = [
        (len(item.name), item)
        for item in entries
        if (item.name.startswith("*.") and text.endswith(item.name[1:].lower()))
        or (item.name.startswith(".") and f".{text}".endswith(item.name.lower()))
    ]
    trailing = [
        (len(item.name), item)
        for item in entries
        if item.name.endswith(".*") and text.startswith(item.name[:-1].lower())
    ]
    for found in (leading, trailing):
        if found:
            return max(found, key=lambda pair: pair[0])[1]
    return None


def geo(statement: Statement, state: State) -> Value[str]:
    """Return what a ``geo`` says of an address: the entry of the smallest network that it is in."""
    name = statement.texts[-1]
    entries = statement.block or ()
    if statement.missing or any(item.unknown or item.name in _UNDECIDED for item in entries):
        return Unknown(f"the geo of {name} is not fully known")
    source = state.text(statement.first) if len(statement.words) > 1 else state.variable("remote_addr")
    if isinstance(source, Unknown):
        return source
    try:
        address = ipaddress.ip_address(source.value)
        best: tuple[int, str] | None = None
        for item in entries:
            if item.name == "default":
                continue
            network = ipaddress.ip_network(item.name, strict=False)
            if address.version == network.version and address in network:
                best = max(best or (-1, ""), (network.prefixlen, item.first))
    except ValueError:
        return Unknown(f"the geo of {name} cannot be read here")
    if best is not None:
        return Known(best[1])
    return Known(next((item.first for item in entries if item.name == "default"), ""))
