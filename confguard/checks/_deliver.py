"""Fixes that bring a variable to those who read it. Shared by checks; no rule of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from confguard.finding import Edit, Fix
from confguard.fixes.compose import pass_on
from confguard.fixes.edits import whole
from confguard.fixes.env import add_keys
from confguard.model.delivery.files import UsedEnvFile, used_env_files
from confguard.model.deployment import Deployment


def named(deployment: Deployment, names: Sequence[str]) -> tuple[Fix, ...]:
    """Return the fix that names variables, without values, in the env file that fills the Compose files.

    It is never safe: somebody has to say the values, and an empty text could take the place of a default.
    """
    file = _filling(deployment)
    if file is None:
        return ()
    return whole(f"name {_shown(names)} in {file.read}", add_keys(file.source, names), safe=False)


def delivered(deployment: Deployment, names: Sequence[str], services: Sequence[str]) -> tuple[Fix, ...]:
    """Return the fix that delivers variables to services: by their env file, or through the Compose file.

    A variable that no env file sets is named in the template, for the operator to fill in: what raised
    without it gets an empty text from then on, so that is not safe.
    """
    own = next(
        (
            one
            for one in used_env_files(deployment)
            if set(services) <= set(one.services) and not one.is_private
        ),
        None,
    )
    if own is not None:
        return whole(f"name {_shown(names)} in {own.read}", add_keys(own.source, names), safe=False)
    edits: list[Edit | None] = [pass_on(deployment.services[one], names) for one in services]
    unset = [name for name in names if name not in deployment.compose.environment.values]
    file = _filling(deployment)
    if unset and file is None:
        return ()
    edits += add_keys(file.source, unset) if file is not None else []
    return whole(f"pass {_shown(names)} on to {_shown(services)}", edits, safe=not unset)


def passed_on(
    deployment: Deployment, names: Sequence[str], services: Iterable[str], *, safe: bool
) -> tuple[Fix, ...]:
    """Return the fix that passes on to services what an env file sets for the Compose files."""
    edits = [pass_on(deployment.services[one], names, if_set=True) for one in services]
    return whole(f"pass {_shown(names)} on", edits, safe=safe)


def _filling(deployment: Deployment) -> UsedEnvFile | None:
    """Return the only env file that fills the Compose files; None where there are several, or none."""
    found = [one for one in used_env_files(deployment) if one.fills and not one.is_private]
    return found[0] if len(found) == 1 else None


def _shown(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
