"""Commands of one file that belong together (``up-prod`` and ``down-prod``) and name different stacks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.parsers.command_lines import Form

if TYPE_CHECKING:
    from confguard.model.stacks import Sighting
    from confguard.parsers.commands import Invocation

_VERBS = {
    "up": "up",
    "start": "up",
    "deploy": "up",
    "run": "up",
    "build": "build",
    "down": "down",
    "stop": "down",
}
_SUBCOMMANDS = {"up": ("up",), "build": ("build",), "down": ("down", "stop", "rm")}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two commands that name different stacks: ``lacking`` files or profiles which the other has not."""

    started: Invocation
    other: Invocation
    verb: str
    more: tuple[str, ...]
    fewer: tuple[str, ...]
    profiles: tuple[str, ...]


def unlike_pairs(sightings: tuple[Sighting, ...]) -> Iterator[Pair]:
    """Yield the commands of make targets that build or end another stack than their twin starts."""
    targets: dict[tuple[str, str], dict[str, list[Sighting]]] = {}
    for one in sightings:
        step = one.invocation
        if step is None or step.spoken or step.uncertain or step.form not in (Form.MAKEFILE, Form.TASKS):
            continue
        name = _name(step.context)
        if (
            name is None
            or step.subcommand not in _SUBCOMMANDS[name[0]]
            or (step.services and name[0] != "down")
        ):
            continue
        targets.setdefault((step.span.path, name[1]), {}).setdefault(name[0], []).append(one)
    for steps in targets.values():
        ups = steps.get("up", [])
        if len(ups) != 1:
            continue
        for verb in ("build", "down"):
            for other in steps.get(verb, []):
                pair = _pair(ups[0], other, verb)
                if pair is not None:
                    yield pair


def _pair(up: Sighting, other: Sighting, verb: str) -> Pair | None:
    assert up.invocation is not None and other.invocation is not None
    fewer = tuple(path for path in up.files if path not in other.files)
    more = tuple(path for path in other.files if path not in up.files)
    profiles = tuple(name for name in up.profiles if name not in other.profiles) if verb == "down" else ()
    if "*" in other.profiles or not (fewer or more or profiles):
        return None
    return Pair(up.invocation, other.invocation, verb, more, fewer, profiles)


def _name(target: str) -> tuple[str, str] | None:
    """Return what a target does and what with: ``up-prod`` is up and prod."""
    parts = re.split(r"[-_:]", target.strip().lower())
    if parts[0] in _VERBS:
        return _VERBS[parts[0]], "-".join(parts[1:])
    return (_VERBS[parts[-1]], "-".join(parts[:-1])) if parts[-1] in _VERBS else None


def left_running(sightings: tuple[Sighting, ...]) -> Iterator[tuple[Invocation, Invocation, tuple[str, ...]]]:
    """Yield the targets that end a stack without the profiles with which another command starts it.

    `docker compose down` leaves the containers of services whose profiles are not active (Docker: "Use
    service profiles with Docker Compose").
    """
    ends: dict[tuple[str, ...], list[Sighting]] = {}
    for one in sightings:
        step = one.invocation
        if step is not None and step.subcommand == "down" and not step.spoken and not step.uncertain:
            ends.setdefault(one.files, []).append(one)
    for files, found in ends.items():
        if any(one.profiles for one in found):
            continue
        targets = [
            one.invocation
            for one in found
            if one.invocation is not None
            and one.invocation.form in (Form.MAKEFILE, Form.TASKS)
            and "--remove-orphans" not in one.invocation.span.text
        ]
        starts = [one for one in sightings if one.files == files and one.profiles and one.starts]
        if targets and starts and starts[0].invocation is not None:
            yield targets[0], starts[0].invocation, starts[0].profiles
