"""Compose files: the located YAML tree of one file."""

from __future__ import annotations

from dataclasses import dataclass

from confguard.parsers.yaml_tree import Entry, Mapping, Node, Scalar, Sequence, parse_stream
from confguard.source import Problem, SourceFile

__all__ = ["ComposeFile", "Entry", "Mapping", "Node", "Scalar", "Sequence", "parse"]


@dataclass(frozen=True, slots=True)
class ComposeFile:
    """A parsed Compose file: its documents, in order, and what is wrong with it.

    Docker compose merges several documents of one file as if they were several files.
    """

    source: SourceFile
    documents: tuple[Mapping, ...]
    problems: tuple[Problem, ...]


def parse(source: SourceFile) -> ComposeFile:
    """Parse a Compose file. A document that is no mapping is a Problem; an empty one is left out."""
    stream = parse_stream(source)
    problems = list(stream.problems)
    documents: list[Mapping] = []
    for node in stream.documents:
        if isinstance(node, Mapping):
            documents.append(node)
        elif not (isinstance(node, Scalar) and node.value is None and len(stream.documents) == 1):
            problems.append(Problem(node.span.first_line(), "holds no mapping at its top level"))
    return ComposeFile(source, tuple(documents), tuple(problems))
