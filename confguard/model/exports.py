"""What start scripts leave in the environment of the program that they hand over to.

Scripts are read, not run: their statements are taken in order, as a POSIX shell would take them
(POSIX.1-2024, Shell Command Language, 2.6.2 parameter expansion, 2.14 ``export``). What stands behind a
condition that the environment does not decide is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from confguard.model.value import Known, Origin, Step, Trail, Unknown
from confguard.parsers.shell import UNKNOWN, ShellWord, commands
from confguard.source import SourceFile

Values = dict[str, Known[str] | Unknown]

_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)\Z", re.DOTALL)
_HEREDOC = re.compile(r"(?<!<)<<(?!<)-?[ \t]*([\"']?)([A-Za-z_]\w*)\1")
_OPENING = frozenset({"if", "case", "for", "while", "until", "{", "select"})
_CLOSING = frozenset({"fi", "esac", "done", "}"})
_LEADING = _OPENING | _CLOSING | {"then", "else", "elif", "do", "!"}
_USE = re.compile(r"\$\{?([A-Za-z_]\w*)")
_UNSET_TEST = r"-z\s+[\"']?\$\{?%s(?::?[-+]\w*)?\}?[\"']?"


@dataclass
class _Script:
    """The state of one script while it is read."""

    values: Values
    assigned: Values = field(default_factory=dict)
    """Shell variables that are not exported (yet)."""
    made: Values = field(default_factory=dict)
    blocks: list[str] = field(default_factory=list)
    """The texts of the conditions around the current statement."""
    scope: dict[str, list[str]] = field(default_factory=dict)
    """All variables as words."""

    def __post_init__(self) -> None:
        self.scope.update((name, _words(value)) for name, value in self.values.items())


def exports(text: str, environment: Mapping[str, Known[str] | Unknown], source: SourceFile | None) -> Values:
    """Return the variables that a script sets for what it starts, in the environment that it is given.

    ``source`` is the file that the text is the whole of, for places; None for a text that stands elsewhere.
    """
    text = _without_here_documents(text)
    script = _Script(dict(environment))
    end = 0
    for words in commands(text, script.scope):
        between = text[end : words[0].start]
        guarded = "&&" in between or "||" in between
        end = words[-1].end
        condition = text[max(0, end - 300) : words[0].start].rpartition("\n")[2] if guarded else ""
        _statement(script, words, condition, text, source)
    return script.made


def _without_here_documents(text: str) -> str:
    """Return the text with here-documents that end as blanks: offsets stay, each line is read once.

    One without an end may be something else (a shift in ``$((1 << N))``): it stays.
    """
    lines = text.split("\n")
    last = {line.strip(" \t\r"): number for number, line in enumerate(lines)}
    end = ""
    for number, line in enumerate(lines):
        if end:
            lines[number] = " " * len(line)
            if line.strip(" \t\r") == end:
                end = ""
            continue
        opening = _HEREDOC.search(line)
        if opening is not None and last.get(opening[2], -1) > number:
            end = opening[2]
            lines[number] = f"{line[: opening.start()]}{' ' * len(opening[0])}{line[opening.end() :]}"
    return "\n".join(lines)


def _statement(
    script: _Script, words: list[ShellWord], condition: str, text: str, source: SourceFile | None
) -> None:
    names = [word.text for word in words]
    index = 0
    while index < len(names) and names[index] in _LEADING:
        if names[index] in _OPENING:
            script.blocks.append(text[words[index].start : words[-1].end])
        elif names[index] in _CLOSING and script.blocks:
            script.blocks.pop()
        elif names[index] in ("else", "elif") and script.blocks:
            script.blocks[-1] = names[index]
        index += 1
    guards = [*script.blocks, *([condition] if condition else [])]
    rest = words[index:]
    if not rest:
        return
    if rest[0].text == "unset":
        for word in rest[1:]:
            _set(script, word.text, Unknown("the start script unsets it"), exported=True)
        return
    exported = rest[0].text in ("export", "declare", "typeset") and (
        rest[0].text == "export" or any("x" in word.text for word in rest[1:2] if word.text.startswith("-"))
    )
    if not exported and not all(_ASSIGNMENT.match(word.text) for word in rest):
        return
    for word in rest[1:] if exported else rest:
        _assign(script, word, exported, guards, text, source)


def _assign(
    script: _Script, word: ShellWord, exported: bool, guards: list[str], text: str, source: SourceFile | None
) -> None:
    match = _ASSIGNMENT.match(word.text)
    if match is None:
        if exported and word.text in script.assigned:
            value = script.assigned.pop(word.text)
            _set(script, word.text, _guarded(script, word.text, value, guards, source, word), exported=True)
        return
    name, text_of_value = str(match[1]), str(match[2])
    span = source.span(word.start, word.end) if source else None
    made: Known[str] | Unknown
    if UNKNOWN in text_of_value:
        made = Unknown("the start script sets it", (Step("set by the start script", span),))
    else:
        raw = text[word.start : word.end]
        fallback = re.search(rf"\$\{{{name}:?[-=]", raw)
        current = script.values.get(name)
        if fallback and isinstance(current, Known) and current.value == text_of_value:
            made = current
        else:
            origin = Origin.DEFAULT if fallback else Origin.WRITTEN
            words = "default of the start script" if fallback else "set by the start script"
            made = Known(text_of_value, (Step(words, span, origin), *_trail_of(script, raw)))
    _set(script, name, _guarded(script, name, made, guards, source, word), exported or name in script.values)


def _trail_of(script: _Script, raw: str) -> Trail:
    """Return the trails of the variables that a text is made of: a template's part makes it one."""
    used = [script.assigned.get(name) or script.values.get(name) for name in _USE.findall(raw)]
    return tuple(dict.fromkeys(step for value in used if value is not None for step in value.trail))


def _guarded(
    script: _Script,
    name: str,
    made: Known[str] | Unknown,
    guards: list[str],
    source: SourceFile | None,
    word: ShellWord,
) -> Known[str] | Unknown:
    """Return what a variable is behind a statement that runs only under these conditions."""
    if not guards:
        return made
    current = script.values.get(name)
    if len(guards) == 1 and re.search(_UNSET_TEST % re.escape(name), guards[0]) and "||" not in guards[0]:
        if current is None or (isinstance(current, Known) and not current.value):
            return made
        if isinstance(current, Known):
            return current
    if isinstance(made, Known) and isinstance(current, Known) and made.value == current.value:
        return current
    span = source.span(word.start, word.end) if source else None
    return Unknown("the start script may set it", (Step("set by the start script", span),))


def _set(script: _Script, name: str, value: Known[str] | Unknown, exported: bool) -> None:
    script.scope[name] = _words(value)
    if exported:
        script.values[name] = value
        script.made[name] = value
        script.assigned.pop(name, None)
    else:
        script.assigned[name] = value


def _words(value: Known[str] | Unknown) -> list[str]:
    return [value.value] if isinstance(value, Known) else [UNKNOWN]


def inline_script(words: tuple[str, ...]) -> str | None:
    """Return the text that ``sh -c`` is given, or None where the words are another command."""
    if len(words) < 3 or not re.search(r"(?:^|/)(?:ba|da|a|z)?sh$", words[0]):
        return None
    return words[2] if re.fullmatch(r"-[a-z]*c[a-z]*", words[1]) else None
