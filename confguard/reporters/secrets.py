"""Hides secret values in text that is shown; names, references and shapes stay.

What is hidden: the value of a key whose name speaks of a secret, passwords in URLs, the defaults of secret
variables (``${DB_PASSWORD:-this}``), keys in PEM form, tokens of well-known services and long strings that
look random. What stays: references (``${NAME}``), empty values, paths, booleans, and placeholders that ask to
be replaced (``change-me``, ``<your-token>``). When in doubt a value is hidden: output is shared.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from confguard.source import SourceFile

MASK = "•••"
"""Stands for a hidden value; its length says nothing about the value's."""

LONGEST_LINE = 8192
"""Characters of a line that are looked through; a longer one is nothing that people wrote, and is hidden."""

Range = tuple[int, int]
"""Start and end (exclusive) of a hidden part, in characters."""

_SECRET_NAME = re.compile(
    r"secret|passw(?:or)?d|passphrase|token|credential|fernet|authorization|requirepass|masterauth|dsn(?![a-z])"
    r"|(?:^|[_-])(?:pass|pwd|salt)$|pgpass"
    r"|(?:api|private|access|encryption|signing|auth|jwt|hmac|cipher|master|licen[cs]e|app|account|storage"
    r"|ssh|deploy|hash|session|cookie|webhook|stripe|sendgrid|mailgun|shared|service)[_-]?key",
    re.IGNORECASE,
)
_HARMLESS_NAME = re.compile(
    r"^secrets$|^server_tokens$|(?:^|[_-])(?:file|path|dir|name|header|algorithm|alg|type|length|len|min|max|age|timeout|ttl"
    r"|expir\w*|lifetime|minutes|seconds|days|hours|enabled|required|validators?|hashers?|class(?:es)?|backends?"
    r"|endpoint|url|uri|issuer|audience|arn|id|policy|rate|limit|field|prefix|secure|httponly|samesite|domain"
    r"|version|certificate_key)$",
    re.IGNORECASE,
)
_KEPT_VALUE = re.compile(
    r"(?:true|false|none|null|yes|no|on|off|~)$|(?:\.{0,2}|~)/[\w.-]+(?:/[\w.-]+)*/?;?$", re.IGNORECASE
)
_PLACEHOLDER = re.compile(
    r"(?:<[^<>]*>|(?:please[-_ ]?)?(?:change|replace|your|insert|enter|put|set|fill|todo"
    r"|fixme|placeholder|xxx|example)[a-z_\-. ]{0,50}|x{3,}|\*{3,}|•{3}|\.{3})[.!;]?$",
    re.IGNORECASE,
)
_KEPT_PREFIX = re.compile(r"django-insecure-|change[-_ ]?me[-_]?", re.IGNORECASE)
_BLOCK_SCALAR = re.compile(r"[|>][-+\d]*(?:\s+#.*)?")
_SEPARATORS = re.compile(r"[\s:/@.,;_\-\[\](){}\"'`]*$")

_ASSIGNMENT = re.compile(
    r"(?<![\w.\-])(?<!\$\{)(?P<open>[\"'])?(?P<key>[A-Za-z_][\w.\-]*)(?P<close>[\"'])?"
    r"(?P<op>\s*=>?\s*|\s*:(?:\s+|(?=[\"'])))"
)
_LINE_START = re.compile(r"\s*(?:[-#]\s*)*(?:(?:export|ENV|ARG|set)\s+)?[\"']?$", re.IGNORECASE)
_ARGUMENT = re.compile(
    r"(?:(?<![\w-])--?|\b(?:ENV|ARG|set_header|add_header)\s+|\bset\s+\$|(?<![\w-])(?=requirepass|masterauth|secure_link_secret))"
    r"(?P<key>[A-Za-z_][\w\-]*)[\"']?[\s,]+(?P<quote>[\"'])?(?P<value>[^\s\"';,][^\s\"';]*)",
)
_COMMAND_PASSWORD = re.compile(
    r"\bredis-cli\b[^|;&]*?[\s\"']-a[\s\"',]+(?P<a>[^\s\"',]+)"
    r"|\bmysql\w*\b[^|;&]*?\s[\"']?-p(?P<b>[^\s\"',]+)"
    r"|\s-u[\s\"',]+[^\s:\"']+:(?P<c>[^\s\"',]+)"
    r"|\b(?:Basic|Bearer)\s+(?P<d>[A-Za-z0-9+/._~=-]{6,})"
)
_URL_PASSWORD = re.compile(
    r"://(?:\$\{[^{}]*\}|[^\s/@:'\"$]|\$)*:(?!\d{1,5}/)(?P<value>(?:\$\{(?:[^{}]|\{[^{}]*\})*\}|[^\s'\"`<>])+)@"
)
_VARIABLE = re.compile(r"\$\{(?P<name>\w+):?[-+=]")
_TOKEN = re.compile(
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}|\b[srp]k_(?:live|test)_\w{8,}"
    r"|\bsk-[\w-]{16,}|\bxox[abeprs]-[\w-]{8,}|\bAIza[\w-]{30,}|\bSG\.[\w-]{16,}\.[\w-]{16,}|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
)
_INSECURE = re.compile(r"django-insecure-(?P<value>[^\s\"'`]+)")
_RANDOM = re.compile(r"(?<![\w+/=@-])[A-Za-z0-9+/_=-]{28,}")
_DIGEST = re.compile(r"(?:sha(?:1|256|384|512)|md5|nonce)[:=-]$", re.IGNORECASE)
_PEM = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----(?P<value>.*?)(?:-----END|\Z)", re.DOTALL)
_STRING = re.compile(r"(?P<quote>\"\"\"|'''|\"|')(?P<value>(?:\\.|(?!(?P=quote)).)*)(?P<end>(?P=quote)|$)")
_IDENTIFIER = re.compile(r"[A-Za-z_][\w\-]*$")
_QUOTED_IN_PROSE = re.compile(
    r"(?P<key>[A-Za-z_][\w\-]*)[\"'`]?\s*(?:[:=]|is|(?:is |has )?(?:the )?default(?:s to)?|is set to)"
    r"\s*(?P<quote>[\"'`])(?P<value>[^\"'`]+)(?P=quote)"
)

_CONTEXT_LINES = 12


def is_secret_name(name: str) -> bool:
    """Return whether a key, variable or option with this name usually holds a secret."""
    return bool(_SECRET_NAME.search(name)) and not _HARMLESS_NAME.search(name)


def mask_secrets(line: str, path: str = "") -> str:
    """Return one line of a file with its secret values replaced by ``MASK``; the path tells Python code."""
    return apply_mask(line, secret_ranges(line, code=path.endswith(".py")))


def mask_prose(text: str) -> str:
    """Return a sentence that may quote a repository's values, with secret ones replaced by ``MASK``."""
    found = [*_anywhere(text)]
    for match in _ASSIGNMENT.finditer(text):
        value = re.compile(r"[^\s,;)\"'`]+").match(text, match.end())
        if (
            "=" in match["op"]
            and match["op"] == match["op"].strip()
            and value
            and is_secret_name(match["key"])
        ):
            found += _value_ranges(text, value.start(), value.end())
    for match in _QUOTED_IN_PROSE.finditer(text):
        if is_secret_name(match["key"]) and not _is_name(match["value"]):
            found += _value_ranges(text, match.start("value"), match.end("value"))
    return apply_mask(text, found)


def apply_mask(text: str, ranges: Iterable[Range]) -> str:
    """Return the text with each of the ranges replaced by ``MASK``."""
    parts, position = [], 0
    for start, end in merge_ranges(ranges):
        parts += [text[position:start], MASK]
        position = end
    return "".join((*parts, text[position:]))


def merge_ranges(ranges: Iterable[Range]) -> list[Range]:
    """Return the ranges in order, without empty ones and with overlapping ones joined."""
    merged: list[Range] = []
    for start, end in sorted(ranges):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        elif start < end:
            merged.append((start, end))
    return merged


def line_secrets(file: SourceFile, line: int) -> list[Range]:
    """Return what to hide in a 1-based line, as offsets in it; the lines before it are taken into account."""
    text = file.line_text(line)
    if len(text) > LONGEST_LINE:
        return [(0, len(text))]
    code = file.path.endswith(".py")
    found = secret_ranges(text, code=code)
    if "PRIVATE KEY" in file.text:
        begin = file.offset(line)
        for match in _PEM.finditer(file.text):
            low, high = max(match.start("value") - begin, 0), min(match.end("value") - begin, len(text))
            found.append((low, high))
    found += _continued(file, line, text, code)
    return merge_ranges(found)


def hidden_values(file: SourceFile, line: int) -> list[str]:
    """Return the secret values that ``line_secrets`` hides in a line."""
    text = file.line_text(line)
    return [text[start:end] for start, end in line_secrets(file, line)]


def secret_ranges(line: str, *, code: bool = False) -> list[Range]:
    """Return what to hide in a line alone; in ``code`` (Python) only literals are."""
    found = [*_anywhere(line)]
    found += _in_code(line) if code else _in_data(line)
    return merge_ranges(found)


def _anywhere(text: str) -> Iterator[Range]:
    """Yield secrets that show themselves by their own shape."""
    for match in _URL_PASSWORD.finditer(text):
        yield from _value_ranges(text, match.start("value"), match.end("value"))
    for match in _VARIABLE.finditer(text):
        if is_secret_name(match["name"]):
            yield from _value_ranges(text, match.start(), _closing_brace(text, match.start() + 2) + 1)
    for match in _COMMAND_PASSWORD.finditer(text):
        yield from _value_ranges(text, *match.span(match.lastgroup or 0))
    for match in _TOKEN.finditer(text):
        yield match.span()
    for match in _INSECURE.finditer(text):
        yield from _value_ranges(text, *match.span("value"))
    for match in _PEM.finditer(text):
        yield match.span("value")
    for match in _RANDOM.finditer(text):
        if _looks_random(match.group()) and not _DIGEST.search(
            text, max(match.start() - 8, 0), match.start()
        ):
            yield match.span()


def _in_data(line: str) -> Iterator[Range]:
    """Yield the values of secret keys in YAML, env files, nginx, Dockerfiles, scripts."""
    for match in _ASSIGNMENT.finditer(line):
        if is_secret_name(match["key"]):
            start = match.end()
            yield from _value_ranges(line, start, _data_value_end(line, match))
    for match in _ARGUMENT.finditer(line):
        if is_secret_name(match["key"]):
            end = match.end("value")
            if match["quote"]:
                closing = line.find(match["quote"], end)
                end = len(line) if closing == -1 else closing
            yield from _value_ranges(line, match.start("value"), end)


def _data_value_end(line: str, match: re.Match[str]) -> int:
    """Return where the value behind ``key=`` or ``key: `` ends."""
    start = match.end()
    if match["open"] and not match["close"]:  # "KEY=value with blanks"
        return _find(line, match["open"], start)
    if line[start : start + 1] in ("'", '"'):
        quoted = re.compile(r"'(?:''|[^'])*|\"(?:\\\\.|[^\"\\\\])*").match(line, start)
        return quoted.end() if quoted else len(line)
    if _LINE_START.match(line[: match.start()]):
        comment = re.compile(r"\s#").search(line, start)
        return comment.start() if comment else len(line)
    plain = re.compile(r"(?:\$\{[^}]*\}+|[^\s,;}\])\"'])*").match(line, start)
    return plain.end() if plain else start


def _in_code(line: str) -> Iterator[Range]:
    """Yield the string literals that are the value of a secret name in a line of Python."""
    strings = {match.start(): match for match in _STRING.finditer(line)}
    inside = [(match.start(), match.end()) for match in strings.values()]
    keys = [
        (match.start(), match.end(), False)
        for match in re.finditer(r"[A-Za-z_]\w*", line)
        if is_secret_name(match.group()) and not any(low < match.start() < high for low, high in inside)
    ]
    keys += [
        (match.start(), match.end(), line[: match.start()].rstrip().endswith("("))
        for match in strings.values()
        if _IDENTIFIER.match(match["value"]) and is_secret_name(match["value"]) and _is_key_place(line, match)
    ]
    for _start, end, argument in keys:
        yield from _literals(line, end, strings, stop_at_comma=not argument)


def _is_key_place(line: str, literal: re.Match[str]) -> bool:
    """Return whether a literal stands where a name stands: called with, subscripted by, or a dict's key."""
    before, after = line[: literal.start()].rstrip(), line[literal.end() :].lstrip()
    return before.endswith(("(", "[", "{", ",")) or not before or after.startswith((":", "]"))


def _literals(
    line: str, start: int, strings: dict[int, re.Match[str]], *, stop_at_comma: bool
) -> Iterator[Range]:
    """Yield the values of the literals behind a name, up to the end of its expression."""
    depth, position = 0, start
    while position < len(line):
        literal = strings.get(position)
        if literal:
            argument = line[:position].rstrip().endswith(("(", "["))
            if not (argument and _is_name(literal["value"])):
                yield from _value_ranges(line, *literal.span("value"))
            position = max(literal.end(), position + 1)
            continue
        char = line[position]
        depth += (char in "([{") - (char in ")]}")
        subscript = char == "]" and re.compile(r"\s*=").match(line, position + 1)
        if (char == "," and depth == 0 and stop_at_comma) or (depth < 0 and not subscript) or char == "#":
            return
        depth = max(depth, 0)
        position += 1


def _continued(file: SourceFile, line: int, text: str, code: bool) -> Iterator[Range]:
    """Yield what belongs to a secret name that stands on one of the lines before."""
    for start in range(line - 1, max(line - _CONTEXT_LINES, 1) - 1, -1):
        head = file.line_text(start)
        if len(head) > LONGEST_LINE:
            return
        match = next((m for m in _ASSIGNMENT.finditer(head) if is_secret_name(m["key"])), None)
        between = [file.line_text(number) for number in range(start + 1, line)]
        if match is None:
            flag = re.fullmatch(r"\s*-?\s*[\"']?--?(?P<key>[\w-]+)[\"']?,?\s*(?:\\\s*)?", head)
            if flag and start == line - 1 and is_secret_name(flag["key"]):
                yield from _value_ranges(text, len(text) - len(text.lstrip("- \t")), len(text))
            if code and _open_call(head, between):
                yield from _all_literals(text)
            continue
        value = head[match.end() :].strip()
        quote = value[:1]
        opened = quote in ("'", '"') and quote not in value.replace(quote * 3, "", 1)[len(quote) :]
        if code and (_depth(head[match.end() :]) + sum(map(_depth, between)) > 0 or value == "\\"):
            yield from _all_literals(text)
        elif opened and not any(quote in other for other in between):
            yield 0, _find(text, quote, 0)
        elif (_BLOCK_SCALAR.fullmatch(value) or value == "\\") and _deeper(head, [*between, text]):
            yield from _value_ranges(text, 0, len(text))
        return


def _open_call(head: str, between: list[str]) -> bool:
    """Return whether a line opens a call about a secret name that is not closed yet."""
    names = [m for m in _STRING.finditer(head) if _is_name(m["value"]) and is_secret_name(m["value"])]
    return (
        bool(names)
        and _depth(head[names[0].end() :]) + sum(map(_depth, between)) >= 0
        and (head.rstrip().endswith((",", "(")) and ("(" in head or not head[: names[0].start()].strip()))
        and not re.match(r"\s*:", head[names[0].end() :])
    )


def _all_literals(text: str) -> Iterator[Range]:
    for literal in _STRING.finditer(text):
        after = text[literal.end() :].lstrip()
        if not (
            _is_name(literal["value"]) and (after.startswith((",", ":")) or text[: literal.start()].strip())
        ):
            yield from _value_ranges(text, *literal.span("value"))


def _deeper(head: str, lines: list[str]) -> bool:
    indent = len(head) - len(head.lstrip())
    return all(not other.strip() or len(other) - len(other.lstrip()) > indent for other in lines)


def _depth(text: str) -> int:
    plain = _STRING.sub("", text)
    return sum((char in "([{") - (char in ")]}") for char in plain)


def _is_name(value: str) -> bool:
    """Return whether a value looks like the name of a variable: capitals, or an identifier of a secret."""
    return bool(_IDENTIFIER.match(value)) and ((value.isupper() and "_" in value) or is_secret_name(value))


def _value_ranges(text: str, start: int, end: int) -> Iterator[Range]:
    """Yield the literal parts of a value: what is neither a reference, a placeholder nor harmless."""
    value = text[start:end].strip(" \t\"'")
    if _KEPT_VALUE.match(value) or _BLOCK_SCALAR.fullmatch(value) or _PLACEHOLDER.match(value):
        return
    position = literal = start
    while position < end:
        stop = _reference_end(text, position, end)
        if stop == position:
            position += 1
            continue
        yield from _literal_range(text, literal, position)
        default = re.compile(r"\$\{\w+:?[-+=]").match(text, position)
        if default:
            yield from _value_ranges(text, default.end(), stop - 1)
        position = literal = stop
    yield from _literal_range(text, literal, end)


def _reference_end(text: str, start: int, end: int) -> int:
    """Return where the reference that starts at an offset ends; the offset itself where there is none."""
    if text.startswith("${", start):
        return min(_closing_brace(text, start + 2) + 1, end)
    reference = re.compile(r"\$\$?\{?\w+\}?|\$\([^()]*\)|\{\{.*?\}\}|\{\w+\}|%\(\w+\)s|<[^<>\s]*>").match(
        text, start, end
    )
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


def _find(text: str, mark: str, start: int) -> int:
    found = text.find(mark, start)
    return len(text) if found == -1 else found


def _looks_random(text: str) -> bool:
    """Return whether a long word looks like a key: many different characters of several classes."""
    body = text.strip("=-_/")
    counts = Counter(body)
    entropy = (
        -sum(count / len(body) * math.log2(count / len(body)) for count in counts.values()) if body else 0.0
    )
    if re.fullmatch(r"[0-9a-f]+|[0-9A-F]+", body):
        return len(body) >= 32 and entropy > 3.0
    classes = sum(bool(re.search(kind, body)) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
    return classes == 3 and entropy > 4.0
