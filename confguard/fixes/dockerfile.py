"""Edits of Dockerfiles: instructions in a stage."""

from __future__ import annotations

from confguard.finding import Edit
from confguard.fixes.lines import insert_after
from confguard.parsers.dockerfile import Instruction, Stage


def declare(stage: Stage, name: str) -> Edit:
    """Declare a build argument at the beginning of a stage, behind those that are declared there already."""
    after: Instruction = stage.start
    for one in stage.instructions:
        if one.name != "ARG":
            break
        after = one
    return insert_after(after.span.file, max(after.span.end - 1, after.span.start), [f"ARG {name}"])
