"""A Compose model in the shape of ``docker compose config``, with masked secrets and the trail of its values.

Three things differ from what docker compose prints: a secret value is shown as ``•••``, what cannot be known
from the repository as ``<unknown: why>``, and ``x-trail`` says where each value comes from.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from confguard.model.compose import ComposeModel, Service, load
from confguard.model.compose.dump import dump
from confguard.model.compose.tree import Map, Seq, Tree, as_map
from confguard.model.repo import Repo
from confguard.model.stacks import Stack
from confguard.model.value import Trail
from confguard.reporters.secret_values import anywhere, is_secret_name, value_ranges
from confguard.reporters.secrets import apply_mask, mask_secrets, merge_ranges, secret_ranges
from confguard.show.choose import ChoiceError
from confguard.show.yaml_text import yaml_text
from confguard.words import joined

TRAIL_KEY = "x-trail"


def model_of(
    repo: Repo,
    *,
    files: Sequence[str] = (),
    profiles: Sequence[str] = (),
    env_files: Sequence[str] = (),
    stack: str = "",
) -> ComposeModel:
    """Return the model of some files, or of a stack of the repository: the named one, else production's.

    All paths are relative to the project's root. Profiles and env files that are given take the place of
    the stack's. The calling shell's variables play no part. Raises ChoiceError.
    """
    known = _stack(repo, stack, tuple(files))
    if files:
        absent = next((path for path in files if not repo.project.exists(path)), None)
        if absent is not None:
            raise ChoiceError(f"there is no file {absent!r} in {repo.project.root}")
    stand_ins: dict[str, str] = {}
    for one in (known,) if known is not None else repo.stacks:
        for path, template in one.stand_ins.items():
            stand_ins.setdefault(path, template)
    return load(
        repo.project,
        tuple(files) or (known.files if known is not None else ()),
        profiles=tuple(profiles) or (known.profiles if known is not None else ()),
        env_files=tuple(env_files) or (known.env_files if known is not None else ()) or None,
        project_directory=known.project_directory if known is not None and not files else None,
        stand_ins=stand_ins,
        root=str(repo.project.root),
    )


def _stack(repo: Repo, name: str, files: tuple[str, ...]) -> Stack | None:
    if name:
        found = next((one for one in repo.stacks if one.name == name), None)
        if found is None:
            names = joined([repr(one.name) for one in repo.stacks]) or "none"
            raise ChoiceError(f"there is no stack {name!r}; the repository has {names}")
        return found
    if files:
        return None
    if not repo.production:
        raise ChoiceError("no stack is found in the repository; -f FILE names a Compose file")
    return repo.production[0].stack


def text(model: ComposeModel, *, form: str = "json", trail: bool = False, reveal: bool = False) -> str:
    """Return the model as ``json`` or ``yaml``; ``reveal`` shows secret values."""
    shown = dump(model)
    if not reveal:
        shown = _masked(shown)
    if trail:
        shown[TRAIL_KEY] = dict(trails(model))
    if form == "yaml":
        return yaml_text(shown)
    written = json.dumps(shown, indent=2, sort_keys=True, ensure_ascii=False)
    # What does not print stands inside of strings only; it could talk to the reader's terminal.
    return (
        "".join(char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1] for char in written)
        + "\n"
    )


def refused(model: ComposeModel) -> tuple[str, ...]:
    """Return a line for each reason for which docker compose would refuse the files as they are."""
    words = "docker compose refuses it"
    later = "docker compose refuses it as long as that is so"
    return (
        *(f"{problem.span}: this file {problem.message}: {words}" for problem in model.problems),
        *(f"{problem.span}: this file {problem.message}: {later}" for problem in model.refusals),
    )


# --- secrets ---


def _masked(value: Any, key: str = "") -> Any:
    """Return a part of the output with secret values masked; ``key`` is the name it stands under."""
    if isinstance(value, str):
        return _masked_text(value, key)
    if isinstance(value, dict):
        return {name: _masked(item, name) for name, item in value.items()}
    if isinstance(value, list):
        if all(isinstance(item, str) for item in value):
            return _masked_words(value)
        return [_masked(item, key) for item in value]
    return value


def _masked_text(value: str, key: str) -> str:
    if value.startswith("<unknown: "):
        return value
    if is_secret_name(key):
        return apply_mask(value, value_ranges(value, 0, len(value)))
    if "\n" in value:
        whole = apply_mask(value, anywhere(value))
        return "\n".join(mask_secrets(line) for line in whole.split("\n"))
    return apply_mask(value, anywhere(value))


def _masked_words(words: list[str]) -> list[str]:
    """Return a list of words with secrets masked as in the line that they make together."""
    line = " ".join(words)
    hidden = secret_ranges(line)
    position = 0
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        if word.startswith("-") and "=" not in word and is_secret_name(word.lstrip("-")):
            start = position + len(word) + 1
            hidden += value_ranges(line, start, start + len(following))
        position += len(word) + 1
    shown, position = [], 0
    merged = merge_ranges(hidden)
    for word in words:
        end = position + len(word)
        own = [(max(low, position) - position, min(high, end) - position) for low, high in merged]
        shown.append(apply_mask(word, [(low, high) for low, high in own if low < high]))
        position = end + 1
    return shown


# --- where values come from ---


def trails(model: ComposeModel) -> Iterator[tuple[str, list[str]]]:
    """Yield each value's path with the places that made it, newest first, then what it overrides."""
    for name, service in model.active_services.items():
        path = f"services.{name}"
        for key, node in service.tree.entries.items():
            if key not in ("environment", "labels"):
                yield from _node_trails(service.tree, key, node, path)
        yield from _variable_trails(model, service, path)
    for section in ("networks", "volumes", "secrets", "configs"):
        resources = as_map(model.tree.get(section))
        for key, node in resources.entries.items():
            yield from _node_trails(resources, key, node, section)


def _node_trails(parent: Map, key: str, node: Tree, above: str) -> Iterator[tuple[str, list[str]]]:
    pending = [(f"{above}.{key}", node, parent, key)]
    while pending:
        path, one, holder, name = pending.pop()
        if isinstance(one, Map) and one.entries:
            pending += [(f"{path}.{key}", value, one, key) for key, value in reversed(one.entries.items())]
        elif isinstance(one, Seq) and any(isinstance(item, Map) for item in one.items):
            items = [(f"{path}[{index}]", item, Map({}), "") for index, item in enumerate(one.items)]
            pending += reversed(items)
        else:
            steps = one.trail
            if isinstance(one, Seq):
                steps = tuple(dict.fromkeys(step for item in one.items for step in item.trail)) or steps
            yield path, [*_places(path, steps), *_overridden(holder, name, steps)]


def _variable_trails(model: ComposeModel, service: Service, path: str) -> Iterator[tuple[str, list[str]]]:
    for name, value in model.container_environment(service.name).values.items():
        here = f"{path}.environment.{name}"
        yield here, list(_places(here, value.trail))
    for name, label in service.labels.items():
        here = f"{path}.labels.{name}"
        yield here, list(_places(here, label.trail))


def _places(path: str, trail: Trail) -> Iterator[str]:
    for step in trail:
        if step.span is None:
            yield step.text
        else:
            yield str(step.span) if path.startswith(step.text) else f"{step.span} {step.text}"


def _overridden(holder: Map, key: str, trail: Trail) -> Iterator[str]:
    """Yield the older places of a key that a newer file writes too, and that have no part in the value."""
    part = {step.span.path for step in trail if step.span is not None}
    for span in holder.key_spans(key)[1:]:
        if span.path not in part:
            yield f"overrides {span}"
