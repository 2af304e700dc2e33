"""Requests, the normalization of their path, and regular expressions as PCRE reads them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNSUPPORTED = re.compile(r"\[\[:|\\[KQEGXRNhHvVzpP]|\(\?[R&0-9(|]|\{,|\(\*")


@dataclass(frozen=True, slots=True)
class Request:
    """One request. ``target`` is the path with its query, as the client sends it (percent-encoded).

    ``host`` is the Host header (``""`` for none), ``port`` the one that the client connects to.
    ``body_size`` is the Content-Length in bytes, None without a body. ``address`` is the server's own,
    where the client connects to a certain one. ``exists`` says whether a path of the container is a
    file (or with a trailing slash, a folder); None for what cannot be known. ``upstream_status`` is what
    every upstream is taken to answer; None where that is not known. ``upstream_headers`` are the headers
    of that answer.
    """

    target: str = "/"
    host: str = "localhost"
    scheme: str = "http"
    port: int = 80
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body_size: int | None = None
    address: str = ""
    client: str = ""
    exists: Callable[[str], bool | None] = lambda path: None
    upstream_status: int | None = None
    upstream_headers: tuple[tuple[str, str], ...] = ()

    def header(self, name: str) -> str:
        """Return a header's value, ``""`` without it."""
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), "")

    @property
    def host_name(self) -> str:
        """The host without port and final dot, in lower case (ngx_http_validate_host)."""
        host = self.host.lower()
        if host.startswith("["):
            return host.partition("]")[0] + "]"
        return host.partition(":")[0].removesuffix(".")


def as_bytes(text: str) -> str:
    """Return a text of the configuration with one character for each byte, as paths are."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")


_ESCAPED = frozenset(' "#%?<>\\^`{|}\x7f')


def escape(path: str) -> str:
    """Escape a path as ngx_escape_uri does with NGX_ESCAPE_URI."""
    return "".join(
        f"%{ord(char):02X}" if char in _ESCAPED or ord(char) < 32 or ord(char) > 126 else char
        for char in path
    )


def split_target(target: str) -> tuple[str, str]:
    """Return the path and the query of a request target, both as they are sent."""
    path, _, query = target.partition("?")
    return path, query.partition("#")[0]


def normalize(path: str, merge_slashes: bool = True) -> str | None:
    """Return a path as locations see it: decoded, ``.`` and ``..`` resolved, slashes merged.

    None for a path that nginx answers with 400 (ngx_http_parse_complex_uri): one above the root, a
    broken escape, a NUL. Characters stand for bytes (Latin-1), as in nginx.
    """
    path = path.partition("#")[0]
    if not path.startswith("/"):
        return None
    if re.search(r"%(?![0-9A-Fa-f]{2})", path):
        return None
    decoded = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), as_bytes(path))
    if "\0" in decoded:
        return None
    parts: list[str] = []
    segments = decoded.split("/")[1:]
    for index, segment in enumerate(segments):
        last = index == len(segments) - 1
        if segment == "." or (segment == "" and merge_slashes):
            if last:
                parts.append("")
        elif segment == "..":
            while parts and parts[-1] == "" and merge_slashes:
                parts.pop()
            if not parts:
                return None
            parts.pop()
            if last:
                parts.append("")
        else:
            parts.append(segment)
    return "/" + "/".join(parts)


@lru_cache(maxsize=4096)
def compile_regex(pattern: str, ignore_case: bool) -> re.Pattern[str] | None:
    """Return a regular expression of nginx (PCRE); None where Python's would not read it alike."""
    if _UNSUPPORTED.search(pattern) or len(pattern) > 4000:
        return None
    translated = re.sub(r"\(\?<(?=[A-Za-z_])", "(?P<", pattern)
    try:
        return re.compile(as_bytes(translated), re.ASCII | (re.IGNORECASE if ignore_case else 0))
    except (re.error, RecursionError, OverflowError):
        return None


MAX_SUBJECT = 4096
"""Longer texts are not matched: a hostile expression must not cost more than it would cost nginx."""


def search(pattern: str, ignore_case: bool, subject: str) -> re.Match[str] | bool | None:
    """Return the match, False without one, None where it cannot be said."""
    compiled = compile_regex(pattern, ignore_case)
    if compiled is None or len(subject) > MAX_SUBJECT or _is_costly(pattern):
        return None
    return compiled.search(subject) or False


@lru_cache(maxsize=4096)
def _is_costly(pattern: str) -> bool:
    """Say whether a repeated group repeats something itself, which may take exponential time."""
    return bool(re.search(r"\([^()]*[+*][^()]*\)[+*{]", pattern))
