"""Placeholders of templates that a check of the settings lets through, though it refuses others.

Settings that raise for ``changeme`` mean to refuse what stands in a template; a list of such texts is
only as good as its agreement with the templates. The settings are evaluated with each of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from confguard.discover.kinds import Kind, of_kind
from confguard.model.deployment import App, Deployment
from confguard.model.secret_names import is_secret
from confguard.model.secret_shape import Shape, shape_of
from confguard.model.value import Known, Origin, Step
from confguard.parsers.env import EnvEntry, parse
from confguard.source import SourceFile, Span

_RAISES = re.compile(r"\braise\b|\bassert\b")
_LITERAL = re.compile(r"([\"'])([A-Za-z0-9 _.-]{4,60})\1")
_OF_DEVELOPERS = re.compile(r"(^|[._/-])(dev|devel|development|local|test|tests|ci|e2e)([._/-]|$)", re.I)
_ANY_NAME = re.compile(r"\b(?:globals|locals|vars)\((?!\)\.get\(\s*[\"'])")
_MAX_LITERALS = 4
_MAX_KEYS = 4


@dataclass(frozen=True, slots=True)
class Accepted:
    """An entry of a template whose text passes, and where the settings refuse ``refused``."""

    entry: EnvEntry
    refused: str
    check: Span


def accepted_placeholders(deployment: Deployment, app: App) -> tuple[Accepted, ...]:
    """Return the secrets of templates whose placeholder the application would start with."""
    literals = _literals(deployment, app) if app.settings.complete else ()
    if not literals:
        return ()
    keys = {read.key for read in app.settings.reads if read.key and is_secret(read.key)}
    candidates: dict[str, list[EnvEntry]] = {}
    for entry in _placeholders(deployment):
        if entry.key in keys:
            candidates.setdefault(entry.key, []).append(entry)
    found: list[Accepted] = []
    for key in list(candidates)[:_MAX_KEYS]:
        if _is_only_kept(deployment, app, key):
            continue
        refusal = next(
            ((text, span) for text in literals if (span := _refused(deployment, app, key, text))), None
        )
        if refusal is not None:
            found += [
                Accepted(entry, *refusal)
                for entry in candidates[key]
                if _refused(deployment, app, key, entry.value or "") is None
            ]
    return tuple(found)


def _is_only_kept(deployment: Deployment, app: App, key: str) -> bool:
    """Say whether the settings read a variable into the setting of its name and speak of it nowhere else.

    Then they refuse no text of it, and need not be evaluated to know that.
    """
    sources = filter(None, map(deployment.project.read, dict.fromkeys(app.settings.files)))
    said = "\n".join(source.text for source in sources)
    name = re.escape(key)
    kept = rf"(?m)^{name} *= *(?:os\.)?(?:getenv|environ\.get)\( *([\"']){name}\1[^()\n]*\)[ \t]*$"
    if _ANY_NAME.search(said):
        return False
    return len(re.findall(rf"\b{name}\b", said)) == 2 and re.search(kept, said) is not None


def _literals(deployment: Deployment, app: App) -> tuple[str, ...]:
    """Return the texts of the settings' files that say of themselves that they are to be replaced."""
    project = deployment.project
    found = dict.fromkeys(text for path in app.settings.files for text in project.parsed(_told, path) or ())
    return tuple(found)[:_MAX_LITERALS]


def _told(source: SourceFile) -> tuple[str, ...]:
    if not _RAISES.search(source.text):
        return ()
    # Most texts stand in a file many times, and what they look like is costly to ask.
    texts = dict.fromkeys(match[2] for match in _LITERAL.finditer(source.text))
    return tuple(text for text in texts if " " not in text and shape_of(text) is Shape.PLACEHOLDER)


def _placeholders(deployment: Deployment) -> Iterator[EnvEntry]:
    for file in of_kind(deployment.files, Kind.ENV):
        if file.aside or not file.template or _OF_DEVELOPERS.search(file.path):
            continue
        parsed = deployment.project.parsed(parse, file.path)
        for entry in parsed.active if parsed else ():
            if is_secret(entry.key) and shape_of(entry.value or "") is Shape.PLACEHOLDER:
                yield entry


def _refused(deployment: Deployment, app: App, key: str, text: str) -> Span | None:
    """Return where the settings raise because of a text in a variable; None where they do not."""
    step = Step(f"{key} of a template", None, Origin.TEMPLATE)
    values = {**app.environment.values, key: Known(text, (step,))}
    environment = replace(app.environment, values=values)
    settings = app.settings
    evaluations = replace(deployment.evaluations, by_value=True)  # what it asks is not who gave the text
    tried = evaluations.settings(settings.module, settings.path, environment, settings.place)
    return next((failure.span for failure in tried.failures if key in failure.variables), None)
