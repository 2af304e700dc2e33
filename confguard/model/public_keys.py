"""Keys that anybody can read, and that are in use whatever an operator does with the template."""

from __future__ import annotations

from confguard.model.deployment import Deployment
from confguard.source import Span

_SHORTEST = 12
"""Shorter texts stand in a file for many things (characters)."""


def default_in_compose(deployment: Deployment, text: str) -> Span | None:
    """Return where a Compose file falls back to the text that its env template holds, too.

    Whether the operator copies the template or sets nothing: the key that anybody can read is the one in use.
    """
    if len(text) < _SHORTEST:
        return None
    for path in deployment.stack.files:
        source = deployment.project.read(path)
        at = source.text.find(f"-{text}}}") if source is not None else -1
        if source is not None and at >= 0:
            return source.span(at + 1, at + 1 + len(text)).first_line()
    return None
