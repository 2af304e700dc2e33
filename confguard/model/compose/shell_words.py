"""Texts of ``command`` and ``entrypoint`` split into words, as docker compose's go-shellwords 1.0 does."""

from __future__ import annotations


def split_words(text: str) -> tuple[str, ...] | None:
    """Return the words of a command, or None if docker compose refuses it (a quote that does not end).

    Like go-shellwords it stops at an unquoted ``; & | < >``: what follows is dropped. No variable, no
    backtick is expanded.
    """
    words: list[str] = []
    buffer, started, escaped = "", False, False
    quote = ""
    for character in text:
        if escaped:
            buffer += {"t": "\t", "n": "\n"}.get(character, character)
            escaped, started = False, True
            continue
        if character == "\\":
            if quote == "'":
                buffer += character
            else:
                escaped = True
            continue
        if character in " \t\r\n":
            if quote:
                buffer += character
            elif started:
                words.append(buffer)
                buffer, started = "", False
            continue
        if character in ("'", '"') and quote in ("", character):
            started = started or bool(quote)
            quote = "" if quote else character
            continue
        if character == "`" and quote in ("", "`"):
            quote = "" if quote else "`"
        elif character == ")" and quote in ("", ")"):
            quote = "" if quote else ")"
        elif character == "(" and not quote:
            if not buffer.endswith("$"):
                return None
            quote = ")"
            buffer += character
            continue
        elif character in ";&|<>" and not quote:
            if character == ">" and buffer[:1].isdigit():
                started = False
            break
        started = True
        buffer += character
    if started:
        words.append(buffer)
    return None if escaped or quote else tuple(words)
