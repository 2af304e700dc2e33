"""The files and folders of its container that an nginx configuration names."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from confguard.model.nginx.placeholders import statements
from confguard.model.nginx.types import Location, NginxModel, Statement, Word
from confguard.model.nginx.upstreams import PASSES

FATAL = ("ssl_certificate", "ssl_certificate_key", "ssl_dhparam", "ssl_trusted_certificate",
         "ssl_client_certificate", "ssl_crl", "ssl_password_file", "ssl_session_ticket_key")  # fmt: skip
"""Directives whose file nginx opens at its start, and does not start without."""


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A path that a directive names: absolute and normalized, and whether nginx needs it to start."""

    statement: Statement
    word: Word
    path: str
    fatal: bool


def named_files(model: NginxModel) -> Iterator[NamedFile]:
    """Yield the files that are needed at the start, or to let anybody in (``auth_basic_user_file``)."""
    for statement in statements(model):
        if statement.name not in (*FATAL, "auth_basic_user_file") or not statement.words:
            continue
        word = statement.words[0]
        if word.unknown or "$" in word.text or word.text.startswith(("data:", "engine:", "store:")):
            continue
        path = posixpath.normpath(posixpath.join("/etc/nginx", word.text))
        yield NamedFile(statement, word, path, statement.name in FATAL)


def served_folders(model: NginxModel) -> Iterator[tuple[Location, Statement, str]]:
    """Yield the locations that serve files from a folder of their own, its root or alias, the folder."""
    for location in model.locations.values():
        level = location.level
        if level.is_stock or level.missing or location.unknown or location.is_regex:
            continue
        if any(level.named(name) for name in (*PASSES, "return", "rewrite", "try_files", "internal")):
            continue
        for name in ("alias", "root"):
            for statement in level.named(name):
                word = statement.words[0] if statement.words else None
                if word is None or word.unknown or "$" in word.text or statement.stock:
                    continue
                below = location.pattern.strip("/") if name == "root" and location.modifier != "=" else ""
                yield location, statement, posixpath.normpath(posixpath.join("/etc/nginx", word.text, below))
