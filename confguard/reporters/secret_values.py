"""What a secret looks like: the names of its keys, and the parts of a value that must not be shown."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator

Range = tuple[int, int]
"""Start and end (exclusive) of a hidden part, in characters."""


_SECRET_NAME = re.compile(
    r"secret|passw(?:or)?d|passphrase|token(?!iz)|credential|fernet|authorization|requirepass|masterauth|dsn(?![a-z])"
    r"|(?:^|[_-])(?:pass|salt)$|[_-]pwd$|pgpass"
    r"|(?:api|private|access|encryption|signing|auth|jwt|hmac|cipher|master|licen[cs]e|app|account|storage"
    r"|ssh|deploy|hash|session|cookie|webhook|stripe|sendgrid|mailgun|shared|service)[_-]?key",
    re.IGNORECASE,
)
_HARMLESS_NAME = re.compile(
    r"^secrets$|^server_tokens$"
    r"|(?:^|[_-])(?:file|path|dir|name|header|algorithm|alg|type|length|len|min|max|age|timeout|ttl"
    r"|expir\w*|lifetime|minutes|seconds|days|hours|enabled|required|validators?|hashers?|class(?:es)?|backends?"
    r"|endpoint|url|uri|issuer|audience|arn|id|policy|rate|limit|field|prefix|secure|httponly|samesite|domain"
    r"|version|certificate_key|serializer|model|claim|obtain)$",
    re.IGNORECASE,
)
_KEPT_VALUE = re.compile(
    r"(?:basic|bearer|true|false|none|null|yes|no|on|off|~)$|(?:\.{0,2}|~)/[\w.-]+(?:/[\w.-]+)*/?;?$"
    r"|\d+/(?:s|sec|second|m|min|minute|h|hour|d|day)$|[a-z_]+(?:\.[a-z_]+){2,}$"
    # A reference to a variable, a command's output or a template's field, if it is the whole value.
    r"|\$\$?[a-z_]\w*;?$|\$\([^()]*\)$|\{\w+\}$|%\(\w+\)s$",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"(?:<[^<>]*>|x{3,}|\*{3,}|•{3}|\.{3}|(?:please[-_ ]?)?"
    r"(?:change|replace|your|insert|enter|put|set|fill|todo|fixme|placeholder|example)"
    r"[a-z]*(?:[-_. ]{1,3}(?:[a-z]{1,20}\d{0,2}|\d{1,3})){0,12})[.!;]?$",
    re.IGNORECASE,
)
_KEPT_PREFIX = re.compile(r"django-insecure-|change[-_ ]?me[-_]?|(?:basic|bearer)\s+", re.IGNORECASE)
BLOCK_SCALAR = re.compile(r"[|>][-+\d]*(?:\s+#.*)?")
_SEPARATORS = re.compile(r"[\s:/@.,;_\-\[\](){}\"'`]*$")

_COMMAND_PASSWORD = re.compile(
    r"\bredis-cli\b[^|;&]*?[\s\"']-a[\s\"',]+(?P<a>[^\s\"',]+)"
    r"|\bmysql\w*\b[^|;&]*?\s[\"']?-p(?P<b>[^\s\"',]+)"
    r"|\s-u[\s\"',]+[^\s:\"']+:(?P<c>[^\s\"',]+)"
    r"|\b(?:Basic|Bearer)\s+(?P<d>(?=\S*[0-9A-Z=])[A-Za-z0-9+/._~=-]{6,})"
)
# Atomic groups, because a reference could be read in two ways, and so a line of them in 2**n ways.
_URL_PASSWORD = re.compile(
    r"://(?>\$\{[^{}]*\}|[^\s/@:'\"$]|\$)*:(?!\d{1,5}/)"
    r"(?P<value>(?>\$\{(?>[^{}]|\{[^{}]*\})*\}|[^\s'\"`<>])+)@"
)
_VARIABLE = re.compile(r"\$\{(?P<name>\w+):?[-+=]")
_TEMPLATE = re.compile(r"\{\{.*?\}\}")
_REFERENCE = re.compile(r"\$\{|\{\{")
_MOST_DEFAULTS = 8
"""Defaults inside of defaults that are looked into; what is deeper is hidden as a whole."""

_TOKEN = re.compile(
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}|\b[srp]k_(?:live|test)_\w{8,}"
    r"|\bsk-[\w-]{16,}|\bxox[abeprs]-[\w-]{8,}|\bAIza[\w-]{30,}|\bSG\.[\w-]{16,}\.[\w-]{16,}|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
)
_INSECURE = re.compile(r"django-insecure-(?P<value>[^\s\"'`]+)")
_RANDOM = re.compile(r"(?<![\w+/@])[A-Za-z0-9+/][A-Za-z0-9+/_-]{27,}={0,2}")
_WORD = re.compile(r"[A-Z]?[a-z]{2,}|/")
_DIGEST = re.compile(r"(?:sha(?:1|256|384|512)|md5|nonce)[:=-]$", re.IGNORECASE)
PEM = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----(?P<value>.*?)(?:-----END|\Z)", re.DOTALL)
IDENTIFIER = re.compile(r"[A-Za-z_][\w\-]*$")


def is_secret_name(name: str) -> bool:
    """Return whether a key, variable or option with this name usually holds a secret."""
    return bool(_SECRET_NAME.search(name)) and not _HARMLESS_NAME.search(name)


def is_name(value: str) -> bool:
    """Return whether a value looks like the name of a variable: capitals, or an identifier of a secret."""
    return bool(IDENTIFIER.match(value)) and "_" in value and (value.isupper() or is_secret_name(value))


def anywhere(text: str) -> Iterator[Range]:
    """Yield secrets that show themselves by their own shape."""
    for match in _URL_PASSWORD.finditer(text):
        yield from value_ranges(text, match.start("value"), match.end("value"))
    done = 0
    for match in _VARIABLE.finditer(text):
        if match.start() >= done and is_secret_name(match["name"]):
            done = _closing_brace(text, match.start() + 2) + 1
            yield from value_ranges(text, match.start(), done)
    for match in _COMMAND_PASSWORD.finditer(text):
        yield from value_ranges(text, *match.span(match.lastgroup or 0))
    for match in _TOKEN.finditer(text):
        yield match.span()
    for match in _INSECURE.finditer(text):
        yield from value_ranges(text, *match.span("value"))
    for match in PEM.finditer(text):
        yield match.span("value")
    for match in _RANDOM.finditer(text):
        if _looks_random(match.group()) and not _DIGEST.search(
            text, max(match.start() - 8, 0), match.start()
        ):
            yield match.span()


def value_ranges(text: str, start: int, end: int, depth: int = 0) -> Iterator[Range]:
    """Yield the literal parts of a value: what is neither a reference, a placeholder nor harmless."""
    if depth > _MOST_DEFAULTS:
        yield start, end
        return
    value = text[start:end].strip(" \t\"'")
    if _KEPT_VALUE.match(value) or BLOCK_SCALAR.fullmatch(value) or _PLACEHOLDER.match(value):
        return
    position = literal = start
    # One character more than the value: its last one may be the dollar of a reference that goes on behind it.
    while begin := _REFERENCE.search(text, position, end + 1):
        position = begin.start()
        stop = _reference_end(text, position, end)
        if stop == position:
            position += 1
            continue
        yield from _literal_range(text, literal, position)
        default = _VARIABLE.match(text, position)
        if default:
            yield from value_ranges(text, default.end(), stop - 1, depth + 1)
        position = literal = stop
    yield from _literal_range(text, literal, end)


def _reference_end(text: str, start: int, end: int) -> int:
    """Return where the reference that starts at an offset ends; the offset itself where there is none."""
    if text.startswith("${", start):
        return min(_closing_brace(text, start + 2) + 1, end)
    reference = _TEMPLATE.match(text, start, end)
    return reference.end() if reference else start


def _literal_range(text: str, start: int, end: int) -> Iterator[Range]:
    while start < end and text[start] in " \t\"'":
        start += 1
    while start < end and text[end - 1] in " \t\"';":
        end -= 1
    prefix = _KEPT_PREFIX.match(text, start, end)
    if prefix:
        start = prefix.end()
    chunk = text[start:end]
    if chunk and not _SEPARATORS.match(chunk) and not _PLACEHOLDER.match(chunk):
        yield start, end


def _closing_brace(text: str, start: int) -> int:
    """Return the offset of the brace that closes the one before ``start``, or the text's last offset."""
    depth = 1
    for position in range(start, len(text)):
        depth += (text[position] == "{") - (text[position] == "}")
        if depth == 0:
            return position
    return len(text) - 1


def _looks_random(text: str) -> bool:
    """Return whether a long word looks like a key: many different characters of several classes."""
    body = text.strip("=-_/")
    if sum(map(len, _WORD.findall(body))) > 0.6 * len(body):
        return False
    counts = Counter(body)
    entropy = (
        -sum(count / len(body) * math.log2(count / len(body)) for count in counts.values()) if body else 0.0
    )
    if re.fullmatch(r"[0-9a-f]+|[0-9A-F]+", body):
        return len(body) >= 32 and entropy > 3.0
    classes = sum(bool(re.search(kind, body)) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
    return classes == 3 and entropy > 4.0
