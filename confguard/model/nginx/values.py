"""What nginx refuses in the arguments of one directive: sizes, times, numbers, words, addresses, expressions.

Only what is surely wrong: an argument with a variable, or one that is not known, is left alone.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator

from confguard.model.nginx.effective import parse_size, parse_time
from confguard.model.nginx.types import Level, Location, Statement, Word
from confguard.model.nginx.upstreams import has_variable
from confguard.source import Problem

_SIZES = frozenset(
    {
        "client_body_buffer_size", "client_header_buffer_size", "client_max_body_size", "fastcgi_buffer_size",
        "gzip_min_length", "proxy_buffer_size", "proxy_busy_buffers_size", "proxy_max_temp_file_size",
        "uwsgi_buffer_size", "uwsgi_busy_buffers_size",
    }
)  # fmt: skip
_NUMBERS = frozenset(
    {"gzip_comp_level", "keepalive_requests", "proxy_next_upstream_tries", "worker_connections"}
)
_WORDS = {
    "satisfy": ("any", "all"),
    "proxy_http_version": ("1.0", "1.1", "2"),
    "server_tokens": ("on", "off", "build"),
    "ssl_protocols": ("SSLv2", "SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"),
}
_CODE = re.compile(r"\d{1,3}")
_EXPIRES = ("epoch", "max", "off", "modified")
_BROKEN_REGEX = ("missing ), unterminated subpattern", "unterminated character set", "unbalanced parenthesis")


def mistakes(level: Level, location: Location | None) -> Iterator[Problem]:
    """Yield what is wrong with the arguments of the directives directly at a level."""
    for statement in level.statements:
        if statement.stock or statement.unknown:
            continue
        name = statement.name
        if name in _SIZES or name in _NUMBERS:
            number = name in _NUMBERS
            yield from _first(statement, str.isdigit if number else _is_size, "number" if number else "size")
        elif name.endswith("_timeout"):
            for word in statement.words:
                yield from _value(statement, word, _is_time, "time")
        elif name in _WORDS:
            for word in statement.words:
                yield from _value(statement, word, _WORDS[name].__contains__, " or ".join(_WORDS[name]))
        elif name in ("allow", "deny"):
            yield from _first(statement, _is_network, "address, network or all")
        elif name in _CHECKS:
            yield from _CHECKS[name](statement)
        elif name == "proxy_pass":
            yield from _pass(statement, level, location)


def _first(statement: Statement, fits: Callable[[str], bool], what: str) -> Iterator[Problem]:
    if statement.words:
        yield from _value(statement, statement.words[0], fits, what)


def _value(statement: Statement, word: Word, fits: Callable[[str], bool], what: str) -> Iterator[Problem]:
    if not has_variable(word.text) and not fits(word.text):
        message = f'has the value "{word.text[:60]}" in "{statement.name}", which is no {what}'
        yield Problem(word.span, message)


def _is_size(text: str) -> bool:
    return parse_size(text) is not None


def _is_time(text: str) -> bool:
    return parse_time(text) is not None


def _is_network(text: str) -> bool:
    if text in ("all", "unix:"):
        return True
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def regex_mistake(word: Word, pattern: str) -> Iterator[Problem]:
    """Yield what is surely wrong with a regular expression: its brackets."""
    if len(pattern) > 2000 or "[[:" in pattern or "\\Q" in pattern or "(?#" in pattern or "(?x" in pattern:
        return
    if pattern[:1] in ("*", "+", "?"):
        yield Problem(word.span, f'has the expression "{pattern[:60]}", which repeats nothing')
        return
    try:
        re.compile(re.sub(r"\(\?<(?=[A-Za-z_])", "(?P<", pattern))
    except re.error as error:
        if error.msg in _BROKEN_REGEX:
            yield Problem(word.span, f'has the expression "{pattern[:60]}", which is broken: {error.msg}')
    except (RecursionError, OverflowError):
        return


def _return(statement: Statement) -> Iterator[Problem]:
    words = statement.words
    if not words or has_variable(words[0].text):
        return
    first = words[0].text
    if _CODE.fullmatch(first):
        return
    if len(words) > 1 or not first.startswith(("http://", "https://", "/")):
        yield Problem(words[0].span, f'has an invalid return code "{first[:60]}"')


def _error_page(statement: Statement) -> Iterator[Problem]:
    words = statement.words[:-1]
    for index, word in enumerate(words):
        if word.text.startswith("=") and index == len(words) - 1:
            continue
        if not word.text.isdigit() or not 300 <= int(word.text) <= 599:
            message = f'has the value "{word.text[:60]}" in "error_page", which must be between 300 and 599'
            yield Problem(word.span, message)


def _set(statement: Statement) -> Iterator[Problem]:
    if statement.words and not statement.first.startswith("$"):
        yield Problem(statement.words[0].span, f'has an invalid variable name "{statement.first[:60]}"')


def _rewrite(statement: Statement) -> Iterator[Problem]:
    if statement.words:
        yield from regex_mistake(statement.words[0], statement.first)


def _if(statement: Statement) -> Iterator[Problem]:
    texts = " ".join(statement.texts)
    if statement.words and (not texts.startswith("(") or not texts.endswith(")")):
        yield Problem(statement.span, f'has an invalid condition "{texts[:60]}" in "if"', "write it in ( )")
        return
    words = [word for word in statement.words if word.text not in ("(", ")")]
    if len(words) >= 3 and words[1].text in ("~", "~*", "!~", "!~*"):
        text = words[2].text
        closing = text.endswith(")") and words[2] is statement.words[-1]
        yield from regex_mistake(words[2], text[:-1] if closing else text)


def _add_header(statement: Statement) -> Iterator[Problem]:
    if len(statement.words) > 2 and statement.texts[2] != "always":
        yield Problem(statement.words[2].span, f'has an invalid parameter "{statement.texts[2][:60]}"')


def _expires(statement: Statement) -> Iterator[Problem]:
    text = statement.texts[-1] if statement.words else "off"
    if has_variable(text) or text in _EXPIRES:
        return
    if not text.startswith("@") and parse_time(text.lstrip("+-")) is None:
        yield Problem(statement.words[-1].span, f'has the value "{text[:60]}" in "expires", which is no time')


_CHECKS: dict[str, Callable[[Statement], Iterator[Problem]]] = {
    "add_header": _add_header,
    "error_page": _error_page,
    "expires": _expires,
    "if": _if,
    "return": _return,
    "rewrite": _rewrite,
    "set": _set,
}


def _pass(statement: Statement, level: Level, location: Location | None) -> Iterator[Problem]:
    """A ``proxy_pass`` names http:// or https:// and a host, and in some places no URI."""
    text = statement.first
    if has_variable(text) or not statement.words:
        return
    match = re.fullmatch(r"https?://([^/?#]*)(.*)", text, re.IGNORECASE | re.DOTALL)
    if match is None:
        message = f'has an invalid URL prefix in "proxy_pass {text[:60]}"'
        yield Problem(statement.span, message, "begin it with http:// or https://")
        return
    if not match[1]:
        yield Problem(statement.span, f'has no host in "proxy_pass {text[:60]}"')
        return
    uri = match[2]
    if match[1].lower().startswith("unix:"):
        uri = text.partition("unix:")[2].partition(":")[2]
    place = _place_without_uri(level, location)
    if uri and place:
        message = f'has a URI in "proxy_pass {text[:60]}", which {place} does not allow'
        yield Problem(statement.span, message, "leave out what follows the host, or put it in with a rewrite")


def _place_without_uri(level: Level, location: Location | None) -> str:
    if level.kind in ("if", "limit_except"):
        return f"the inside of {level.kind}"
    if location is not None and location.is_regex:
        return "a location with a regular expression"
    return "a named location" if location is not None and location.is_named else ""
