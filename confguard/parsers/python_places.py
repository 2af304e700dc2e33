"""Where each node of libcst's tree begins and ends in the text."""

from __future__ import annotations

from typing import Any

import libcst as cst

Start = dict[int, tuple[int, int]]

_UNRECORDED = frozenset(
    {
        cst.LeftParen,
        cst.RightParen,
        cst.FormattedStringText,
        cst.FormattedStringExpression,
        cst.Slice,
        cst.ImportStar,
    }
)
"""Kinds that begin and end without whitespace, whose place libcst nevertheless does not record."""


class Measure:
    """Replays the printing of a tree and notes where each node begins and ends, without its whitespace.

    libcst's own position providers do the same through its general metadata, at twice the cost.
    """

    __slots__ = (
        "_node",
        "_stack",
        "default_indent",
        "default_newline",
        "indents",
        "last",
        "places",
        "position",
    )

    def __init__(self, module: cst.Module) -> None:
        self.default_indent = module.default_indent
        self.default_newline = module.default_newline
        self.indents: list[str] = []
        self.position = 0
        self.last = 0
        self.places: Start = {}
        self._stack: list[tuple[Any, int, Any, Any]] = []

    @property
    def tokens(self) -> tuple[str, ...]:
        """What was printed so far: libcst only asks whether it is empty."""
        return ("",) if self.position else ()

    def increase_indent(self, value: str) -> None:
        self.indents.append(value)

    def decrease_indent(self) -> None:
        self.indents.pop()

    def add_indent_tokens(self) -> None:
        for token in self.indents:
            self.position += len(token)

    def add_token(self, value: str) -> None:
        self.last = len(value)
        self.position += self.last

    def before_codegen(self, node: object) -> None:
        if type(node) in _UNRECORDED:
            self.places[id(node)] = (self.position, self.position)

    def after_codegen(self, node: object) -> None:
        if type(node) in _UNRECORDED:
            self.places[id(node)] = (self.places[id(node)][0], self.position)

    def pop_trailing_newline(self) -> None:
        self.position -= self.last

    def record_syntactic_position(
        self, node: object, *, start_node: object = None, end_node: object = None
    ) -> Measure:
        self._stack.append((node, self.position, start_node, end_node))
        return self

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        node, start, start_node, end_node = self._stack.pop()
        places = self.places
        if start_node is not None and id(start_node) in places:
            start = places[id(start_node)][0]
        end = self.position
        if end_node is not None and id(end_node) in places:
            end = places[id(end_node)][1]
        places[id(node)] = (start, end)
