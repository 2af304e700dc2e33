"""Edits of nginx files: directives in a block, arguments of a directive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from confguard.finding import Edit
from confguard.fixes.lines import ends_line, indent_at, insert_after, starts_line
from confguard.model.nginx import Level, Missing, NginxModel, Statement, header_set, nearest, request_headers
from confguard.parsers.nginx_tree import Directive
from confguard.source import Span

_STEP = "    "


def append_argument(statement: Statement, argument: str) -> Edit | None:
    """Add an argument behind the last one of a directive; None where a file of the image has it."""
    if statement.stock or statement.directive.block is not None:
        return None
    head = statement.directive.head
    return Edit(head.file.span(head.end), f" {argument}")


def replace_argument(statement: Statement, index: int, text: str) -> Edit | None:
    """Write another text for an argument, with its quotation marks; None where a template fills it in."""
    word = statement.words[index]
    if statement.stock or word.unknown or word.trail or word.span.file is not statement.span.file:
        return None
    if word.quote:
        return Edit(word.span, f"{word.quote}{text}{word.quote}")
    return Edit(word.span, text)


def add(level: Level, lines: Sequence[str], beside: Statement | None = None) -> Edit | None:
    """Add directives to a block, behind a directive of it or at its beginning.

    ``beside`` may stand in a file that the block includes: the directives come behind the include then.
    None where the block is not in the repository.
    """
    if beside is not None and (place := place_in(level, beside)) is not None:
        return _behind(place, lines)
    if level.statement is None or level.is_stock or level.statement.directive.block is None:
        return None
    return _at_beginning(level.statement.directive, lines)


def _at_beginning(block: Directive, lines: Sequence[str]) -> Edit | None:
    """Add directives behind the brace that opens a block, in front of the comments of what follows."""
    file, text = block.span.file, block.span.text
    opening = block.span.start + text.find("{", block.head.end - block.span.start)
    if opening < block.head.end:
        return None
    if not ends_line(file, opening + 1):
        return Edit(file.span(opening + 1), f" {' '.join(lines)}")
    first = block.block[0].span.start if block.block else None
    known = first is not None and starts_line(file, first)
    indent = (
        indent_at(file, first) if first is not None and known else indent_at(file, block.span.start) + _STEP
    )
    return insert_after(file, opening, _indented(indent, lines))


def place_in(level: Level, statement: Statement) -> Span | None:
    """Return what stands for a directive in a block's own file: itself, or the include that leads to it."""
    if statement.stock:
        return None
    if level.statement is None:
        return statement.directive.span
    around = level.statement.directive.span
    for span in (statement.directive.span, *reversed(statement.via)):
        if span.file is around.file and around.start <= span.start and span.end <= around.end:
            return span
    return None


def _behind(place: Span, lines: Sequence[str]) -> Edit:
    file = place.file
    end = place.end + 1 if file.text[place.end : place.end + 1] == ";" else place.end
    if starts_line(file, place.start) and ends_line(file, end):
        return insert_after(file, end, _indented(indent_at(file, place.start), lines))
    return Edit(file.span(end), f" {' '.join(lines)}")


def _indented(indent: str, lines: Sequence[str]) -> list[str]:
    return [indent + line for line in lines]


def add_headers(level: Level, lines: Sequence[str]) -> Edit | None:
    """Add ``add_header`` directives to a level; None where it would not inherit others any more then.

    To repeat those would leave values in two places that have to stay the same.
    """
    found = header_set(level)
    if not found.complete or any(at.named("add_header_inherit") for at in level.chain()):
        return None
    own = level.named("add_header")
    if found.headers and not own:
        return None
    return add(level, lines, own[-1] if own else None)


def hide_headers(level: Level, names: Sequence[str], passing: str, beside: Statement | None) -> Edit | None:
    """Let a level hide headers of its upstreams, beside those that are hidden there already.

    ``passing`` is the directive by which requests come to them, such as ``proxy_pass``.
    """
    directive = f"{passing.removesuffix('_pass')}_hide_header"
    found = nearest(level, directive)
    if isinstance(found, Missing) or not directive.startswith(("proxy", "uwsgi")):
        return None
    own = level.named(directive)
    lines = [source_of(item) for item in found[1]] if found and not own else []
    return add(level, [*lines, *(f"{directive} {name};" for name in names)], own[-1] if own else beside)


def set_limit(level: Level, name: str, value: str, beside: Statement) -> Edit | None:
    """Let a level say a directive of one argument itself: in place of what it says, or beside a directive."""
    own = level.named(name)
    if not own:
        return add(level, [f"{name} {value};"], beside)
    if level.statement is not None and place_in(level, own[-1]) != own[-1].directive.span:
        return None
    return replace_argument(own[-1], 0, value)


def source_of(statement: Statement) -> str:
    """Return a directive as it is written, on one line, with its ``;``."""
    return " ".join(statement.directive.span.text.split()).rstrip("; ") + ";"


def set_request_headers(
    model: NginxModel, level: Level, wanted: Mapping[str, str], beside: Statement
) -> tuple[Edit, ...] | None:
    """Let a level pass headers on to its upstream, with these values; all others stay as they are.

    A level inherits ``proxy_set_header`` only while it has none of its own, so those of the levels around
    are repeated. ``beside`` is the directive that passes requests on. None where it cannot be done for sure.
    """
    headers, missing = request_headers(model, level)
    if missing is not None:
        return None
    names = {name.lower(): name for name in wanted}
    own = level.named("proxy_set_header")
    edits: list[Edit | None] = []
    lines: list[str] = []
    for header in headers:
        name, statement = header.name.lower(), header.statement
        if statement is None:
            continue
        if own and name in names and statement.words[1].text == wanted[names[name]]:
            del names[name]
            continue
        if not own and name not in names:
            lines.append(source_of(statement))
        elif own and name in names:
            if level.statement is not None and place_in(level, statement) != statement.directive.span:
                return None  # a snippet that others share says it
            edits.append(replace_argument(statement, 1, wanted[names.pop(name)]))
    lines += [f"proxy_set_header {name} {wanted[name]};" for name in names.values()]
    if lines:
        edits.append(add(level, lines, own[-1] if own else beside))
    return tuple(edit for edit in edits if edit is not None) if all(edits) else None
