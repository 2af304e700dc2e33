"""From the text of a configuration to settings; unknown keys and names are errors with their place."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

from confguard.cards import FAMILIES, Card
from confguard.config.files import Layer, find_layers, merge
from confguard.config.keys import table
from confguard.config.kinds import Complaint, Path, suggestion
from confguard.config.rebase import rebased
from confguard.config.settings import (
    ConfigError,
    ConfiguredStack,
    ConfiguredSuppression,
    ReadinessSettings,
    Settings,
)
from confguard.finding import Severity
from confguard.source import SourceFile, Span

_BARE = re.compile(r"[A-Za-z0-9_-]+\Z")
_MOST = 10
"""Complaints shown of one file."""
_LONGEST = 280
"""Characters of a complaint: keys may be of any length."""


def load_settings(root: FilePath, cards: Mapping[str, Card], given: FilePath | None = None) -> Settings:
    """Read the configuration of a project's root; raises ConfigError.

    The first of ``.confguard.toml``, ``confguard.toml`` and a ``pyproject.toml`` with a ``[tool.confguard]``
    table counts, unless a file is given by hand. A configuration is data: nothing in it is run.
    """
    layers = find_layers(root, given)
    if not layers:
        return Settings()
    for layer in layers:
        _refuse(layer, cards)
    return _settings(root, layers)


def parse_settings(document: Mapping[str, Any], source: str, cards: Mapping[str, Card]) -> Settings:
    """Turn a configuration table without a text into settings; raises ConfigError."""
    layer = Layer(document, SourceFile(source, ""))
    _refuse(layer, cards)
    return _settings(FilePath(), (layer,))


def complaints(document: Any, cards: Mapping[str, Card]) -> Iterable[Complaint]:
    """Yield what is wrong with a configuration table, by path."""
    yield from table(cards).complaints(document, ())
    if isinstance(document, dict):
        yield from _bad_patterns(document)


def check_selectors(
    names: Sequence[str], cards: Mapping[str, Card], where: str, *, families: bool = True
) -> tuple[str, ...]:
    """Return the names if each is a rule, a family or ``all``; raises ConfigError with the nearest name."""
    valid = {*cards, *(("all", *FAMILIES) if families else ())}
    for name in names:
        if name not in valid:
            kind = "rule or family" if families else "rule"
            raise ConfigError(f"{where}: there is no {kind} {name!r}{suggestion(name, valid)}")
    return tuple(names)


def dotted(path: Path) -> str:
    """Return a path as TOML would write it: ``stacks[0].env-files``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            name = part if _BARE.match(part) else repr(part)
            text += f".{name}" if text else name
    return text


def _refuse(layer: Layer, cards: Mapping[str, Card]) -> None:
    found = list(complaints(layer.document, cards))
    if not found:
        return
    lines = []
    for path, words in found[:_MOST]:
        place = str(layer.span(path)) if layer.source.text else layer.source.path
        key = words.startswith(("unknown ", "there is no "))  # the message names it itself
        name = dotted(path[:-1] if key and path and isinstance(path[-1], str) else path)
        line = ": ".join(part for part in (place, name, words) if part)
        lines.append(line if len(line) <= _LONGEST else f"{line[:_LONGEST]}...")
    if len(found) > _MOST:
        lines.append(f"{layer.source.path}: and {len(found) - _MOST} more")
    raise ConfigError("\n".join(lines))


def _bad_patterns(document: Mapping[str, Any]) -> Iterable[Complaint]:
    """Yield the patterns that are none: a schema cannot say this."""
    from pathspec import GitIgnoreSpec

    written: list[tuple[Path, Any]] = []
    for key in ("exclude", "per-file-ignores", "file-kinds"):
        held = document.get(key)
        if isinstance(held, list):
            written += [((key, index), one) for index, one in enumerate(held)]
        elif isinstance(held, dict):
            written += [((key, one), one) for one in held]
    suppressions = document.get("suppressions")
    for index, one in enumerate(suppressions if isinstance(suppressions, list) else ()):
        if isinstance(one, dict):
            written.append((("suppressions", index, "path"), one.get("path")))
    for path, pattern in written:
        try:
            GitIgnoreSpec.from_lines([pattern] if isinstance(pattern, str) else [])
        except ValueError as error:
            yield path, f"{pattern!r} is no pattern: {error}"


def _settings(root: FilePath, layers: Sequence[Layer]) -> Settings:
    """Turn valid tables into settings, the last of them over the others."""
    document, said = merge(
        replace(layer, document=rebased(layer.document, layer.folder, root)) for layer in layers
    )

    def strings(key: str) -> tuple[str, ...]:
        return tuple(document.get(key, ()))

    def place(path: Path) -> Span:
        layer, own = said[path]
        return layer.span(own)

    readiness = document.get("readiness", {})
    return Settings(
        select=strings("select"),
        ignore=(*strings("ignore"), *strings("extend-ignore")),
        extend_select=strings("extend-select"),
        default_rules=document.get("default-rules", ""),
        exclude=strings("exclude"),
        file_kinds=dict(document.get("file-kinds", {})),
        per_file_ignores=tuple(
            (one, tuple(names)) for one, names in document.get("per-file-ignores", {}).items()
        ),
        severities={name: Severity.parse(word) for name, word in document.get("severity", {}).items()},
        fail_on=Severity.parse(document.get("fail-on", "warning")),
        stacks=tuple(map(_stack, document.get("stacks", ()))),
        env_templates=dict(document.get("env-templates", {})),
        rule_options=document.get("rules", {}),
        configured_suppressions=tuple(
            _suppression(one, place(("suppressions", index)))
            for index, one in enumerate(document.get("suppressions", ()))
        ),
        never_suppress=strings("never-suppress"),
        baseline=document.get("baseline"),
        python_environment=document.get("python-environment", ""),
        readiness=ReadinessSettings(
            plan=readiness.get("plan", ""),
            required_keys=tuple(readiness.get("required-keys", ())),
            body_limits=dict(readiness.get("body-limits", {})),
            owners=dict(readiness.get("owners", {})),
        ),
        source=layers[-1].source.path,
        origins={dotted(path): layer.span(own) for path, (layer, own) in said.items()} if layers else {},
    )


def _stack(table: Mapping[str, Any]) -> ConfiguredStack:
    files = tuple(table["files"])
    return ConfiguredStack(
        name=table.get("name") or " + ".join(files),
        files=files,
        profiles=tuple(table.get("profiles", ())),
        env_files=tuple(table.get("env-files", ())),
        env_templates=dict(table.get("env-templates", {})),
        project_directory=table.get("project-directory"),
        role=table.get("role", "production"),
    )


def _suppression(table: Mapping[str, Any], span: Span) -> ConfiguredSuppression:
    expires = table.get("expires")
    return ConfiguredSuppression(
        rule=table["rule"],
        path=table.get("path", ""),
        address=tuple(table.get("address", ())),
        reason=table.get("reason", ""),
        expires=datetime.date.fromisoformat(expires) if isinstance(expires, str) else expires,
        span=span,
    )
