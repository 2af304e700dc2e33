"""Characters to tokens, exactly as nginx 1.30 cuts them (``ngx_conf_read_token`` in ngx_conf_file.c).

crossplane's own lexer gives lines but no columns and cuts some words otherwise than nginx does (a ``}``
inside a word, text that touches a closing quote, an unfinished word at the end of the file), so the
tokens are found here; what the directives may look like is crossplane's knowledge (nginx_grammar.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from confguard.source import Problem, SourceFile

MAX_WORD_BYTES = 4096
"""nginx reads its configuration through a buffer of this size (bytes): no longer word fits."""

# Possessive quantifiers keep the time linear in the length of the text, whatever is in it.
_TOKEN = re.compile(
    r"""[ \t\r\n]*+(?:
        (?P<comment>\#[^\n]*+)
      | (?P<mark>[;{}])
      | (?P<double>"(?:[^"\\]++|\\.)*+")
      | (?P<single>'(?:[^'\\]++|\\.)*+')
      | (?P<open>["'])
      | (?P<word>(?:[^ \t\r\n;{\\$]++|\\.?|\$\{*+)++)
    )""",
    re.DOTALL | re.VERBOSE,
)
_ESCAPE = re.compile(r"\\([\"'\\trn])")
_ESCAPED = {"t": "\t", "r": "\r", "n": "\n"}
_LUA = re.compile(
    r"""--\[(?P<comment>=*)\[.*?\](?P=comment)\] | --[^\n]*+ | \[(?P<long>=*)\[.*?\](?P=long)\]
      | "(?:[^"\\\n]++|\\.)*+" | '(?:[^'\\\n]++|\\.)*+' | (?P<brace>[{}])""",
    re.DOTALL | re.VERBOSE,
)


@dataclass(slots=True)
class Token:
    """A piece of the text: ``kind`` is ``word``, ``comment``, or one of ``;`` ``{`` ``}``.

    ``quote`` is the quotation mark around a word, or ``""``; ``start`` and ``end`` enclose it.
    """

    kind: str
    start: int
    end: int
    quote: str = ""


def unescape(raw: str, quote: str) -> str:
    r"""Return what nginx makes of a word, without its quotation marks, and ``\"``, ``\'``, ``\\``, ``\t``,
    ``\r`` and ``\n`` resolved. Every other backslash stays, as in ``\.`` of a regular expression.
    """
    inner = raw[1:-1] if quote and len(raw) > 1 and raw[-1] == quote else raw[1:] if quote else raw
    if "\\" not in inner:
        return inner
    return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), inner)


def token_at(source: SourceFile, position: int, problems: list[Problem]) -> Token | None:
    """Return the first token at or after an offset, or None at the end of the file.

    What cannot be cut as nginx would is added to ``problems`` and read in the most likely way.
    """
    text = source.text
    match = _TOKEN.match(text, position)
    if match is None:
        return None
    kind = match.lastgroup or ""
    start, end = match.span(kind)
    if kind == "mark":
        return Token(text[start], start, end)
    if kind == "comment":
        return Token("comment", start, start + len(text[start:end].rstrip()))
    if kind == "open":
        return _unterminated(source, start, problems)
    token = Token("word", start, end, "" if kind == "word" else text[start])
    follower = text[end : end + 1]
    if token.quote and follower and follower not in " \t\r\n;{)":
        problems.append(
            Problem(
                source.span(end, end + 1),
                f'has an unexpected "{follower}" right after a closing quotation mark',
                "put a space between them, or escape the inner quotation mark with a backslash",
            )
        )
    if end - start >= MAX_WORD_BYTES // 4:
        _check_length(source, token, problems)
    return token


def _unterminated(source: SourceFile, start: int, problems: list[Problem]) -> Token:
    """Return a quoted word without an end as if it ended with its line, so that the rest is kept."""
    text = source.text
    problems.append(
        Problem(
            source.span(start, start + 1),
            f"has a quotation mark ({text[start]}) that is never closed",
            "close it, or escape it with a backslash",
        )
    )
    newline = text.find("\n", start)
    end = len(text) if newline == -1 else newline
    line = text[start:end].rstrip()
    if line.endswith((";", "{")):
        line = line[:-1].rstrip()
    return Token("word", start, start + max(len(line), 1), text[start])


def _check_length(source: SourceFile, token: Token, problems: list[Problem]) -> None:
    size = len(source.text[token.start : token.end].encode("utf-8", "surrogatepass"))
    if size >= MAX_WORD_BYTES:
        problems.append(
            Problem(
                source.span(token.start, token.start + 20),
                f"has a parameter of {size} bytes, and nginx takes at most {MAX_WORD_BYTES - 1}",
            )
        )


def lua_end(text: str, start: int) -> int:
    """Return the offset after the ``}`` that closes a Lua block, ``start`` being right after its ``{``.

    Strings, long brackets and comments of Lua hide braces. Without a closing brace it is the text's end.
    """
    depth = 1
    for match in _LUA.finditer(text, start):
        brace = match["brace"]
        if brace == "{":
            depth += 1
        elif brace == "}":
            depth -= 1
            if depth == 0:
                return match.end()
    return len(text)
