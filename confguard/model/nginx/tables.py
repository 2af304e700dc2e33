"""What nginx refuses in ``map``, ``geo`` and ``split_clients``, and variables that nobody defines."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from confguard.model.nginx.known_variables import BUILT_IN, PLACEHOLDER, PREFIXES
from confguard.model.nginx.types import NginxModel, Statement, Word
from confguard.model.nginx.variables import VARIABLE
from confguard.parsers.nginx_directives import FOREIGN
from confguard.source import Problem

_GEO_WORDS = ("default", "include", "proxy", "proxy_recursive", "ranges", "delete", "volatile")
_READERS = frozenset(
    {
        "access_log", "add_header", "alias", "auth_basic", "if", "limit_req_zone", "log_format", "map",
        "proxy_cache_key", "proxy_pass", "proxy_set_header", "return", "rewrite", "root", "set", "try_files",
        "uwsgi_param", "fastcgi_param",
    }
)  # fmt: skip
"""Directives whose arguments may hold variables; in those of others a dollar may be just that."""
_GROUP = re.compile(r"\(\?P?<([A-Za-z_]\w*)>")


def tables(model: NginxModel) -> Iterator[Problem]:
    """Yield the entries of maps that come twice, networks that are none, shares of more than the whole."""
    for statement in model.http.statements if model.http else ():
        if statement.stock:
            continue
        if statement.name == "map":
            yield from _map(statement)
        elif statement.name == "geo":
            yield from _geo(statement)
        elif statement.name == "split_clients":
            yield from _shares(statement)


def _map(statement: Statement) -> Iterator[Problem]:
    seen: set[str] = set()
    for item in statement.block or ():
        if not item.words or item.unknown or item.name.startswith("~") or item.name == "include":
            continue
        key = item.name.lower()
        if key in seen:
            yield Problem(item.span, f'has "{item.name[:60]}" a second time in one map')
        seen.add(key)


def _geo(statement: Statement) -> Iterator[Problem]:
    entries = statement.block or ()
    if any(item.name == "ranges" or item.unknown for item in entries):
        return
    for item in entries:
        if item.name in _GEO_WORDS:
            continue
        try:
            ipaddress.ip_network(item.name, strict=False)
        except ValueError:
            yield Problem(item.span, f'has an invalid network "{item.name[:60]}" in a geo')


def _shares(statement: Statement) -> Iterator[Problem]:
    total = 0.0
    for item in statement.block or ():
        share = item.name.removesuffix("%")
        total += float(share) if re.fullmatch(r"\d{1,3}(\.\d{1,2})?", share) else 0.0
        if total > 100:
            yield Problem(item.span, "has shares of more than 100% in split_clients")
            return


def unknown_variables(model: NginxModel) -> Iterator[Problem]:
    """Yield variables that neither nginx nor the configuration defines.

    Silent where modules may bring more, or where a part of the configuration is not known.
    """
    http = model.http
    if http is None or http.statement is None or model.missing or model.foreign:
        return
    everything = [*http.statements, *(one for item in http.statements for one in item.inside())]
    if any(FOREIGN.match(item.name) for item in everything):
        return
    defined = _defined(everything)
    for item in everything:
        if item.name not in _READERS or item.stock or item.unknown:
            continue
        pattern = _pattern(item)
        for word in item.words:
            if word is pattern or (item.name == "set" and word is item.words[0]):
                continue
            for match in VARIABLE.finditer(word.text):
                name = match[1] or match[2]
                if name.isdigit() or name in BUILT_IN or name in defined or name.startswith(PREFIXES):
                    continue
                if PLACEHOLDER.fullmatch(name):
                    continue  # a variable of the environment that nobody filled in
                yield Problem(word.span, f'uses the variable "${name}", which nothing defines')


def _pattern(statement: Statement) -> Word | None:
    """Return the regular expression among a directive's arguments: a dollar is no variable there."""
    words = statement.words
    if statement.name == "rewrite":
        return words[0] if words else None
    matches = statement.name == "if" and len(words) > 2 and words[-2].text.lstrip("!") in ("~", "~*")
    return words[-1] if matches else None


def _defined(statements: list[Statement]) -> set[str]:
    found: set[str] = set()
    for item in statements:
        if item.name in ("set", "auth_request_set"):
            found.add(item.first.lstrip("$"))
        elif item.name in ("map", "geo", "split_clients", "secure_link", "perl_set", "userid"):
            found |= {text.lstrip("$") for text in item.texts}
        for text in (item.name, *item.texts):
            found |= set(_GROUP.findall(text))
    return found
