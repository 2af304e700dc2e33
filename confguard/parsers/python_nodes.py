"""Where nodes of lowered Python stand: offsets that ``ast`` has no fields for."""

from __future__ import annotations

import ast
from typing import Any, TypeVar

N = TypeVar("N", bound=ast.AST)


def placed(node: N, start: int, end: int) -> N:
    """Give a node its place, and return it."""
    located: Any = node
    located.start, located.end = start, end
    return node


def start_of(node: ast.AST) -> int:
    """Return where a lowered node begins; 0 where that is not known."""
    return getattr(node, "start", 0)


def end_of(node: ast.AST) -> int:
    """Return where a lowered node ends; 0 where that is not known."""
    return getattr(node, "end", 0)
