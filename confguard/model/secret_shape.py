"""What a secret looks like, without ever repeating it: placeholder, default of a tool, or a real one."""

from __future__ import annotations

import re
from enum import Enum

_PLACEHOLDER = re.compile(
    r"change[-_ ]?(me|this|it)|replace[-_ ]?(me|this|with)|your[-_ ]|<[^>]*>|\{\{.*\}\}|\[[^\]]*\]"
    r"|x{4,}|\.\.\.|place[-_ ]?holder|insert[-_ ]|generate|fill[-_ ]?(me|in)|set[-_ ]?(me|this)|put[-_ ]"
    r"|^(to-?do|tbd|none|null|secret|password|placeholder|example|dummy|foo|bar|xxx+|\*+|-+|_+)$"
    r"|[-_ ]goes[-_ ]here|!!!|\bset[-_ ](a|the|your|django)[-_ ]|enter[-_ ]|some[-_ ](secret|random|key)"
    r"|(secret|random|secure|strong|long|private|unique)[-_ ](key|string|secret|password|value)[-_ ]here",
    re.IGNORECASE,
)
_INSECURE = re.compile(
    r"django-insecure|^(dev|test|local|debug|demo|insecure|unsafe|default)([-_ ]|$)"
    r"|[-_ ](dev|development|insecure)([-_ ]|$)",
    re.IGNORECASE,
)


class Shape(Enum):
    """What a text says about itself."""

    EMPTY = "empty"
    PLACEHOLDER = "a placeholder"
    DEVELOPMENT = "a development default"
    PLAIN = "a text that could be a real secret"


def shape_of(text: str) -> Shape:
    """Return what a secret's text looks like."""
    stripped = text.strip()
    if not stripped:
        return Shape.EMPTY
    if _INSECURE.search(stripped):
        return Shape.DEVELOPMENT
    if _PLACEHOLDER.search(stripped):
        return Shape.PLACEHOLDER
    return Shape.PLAIN
