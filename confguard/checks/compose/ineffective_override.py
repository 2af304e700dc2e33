"""An empty value of an overlay takes away what its author meant to take away."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.repo import Repo

_WHAT_STAYS = {
    "ports": "publishes",
    "volumes": "mounts",
    "environment": "sets",
    "env_file": "loads",
    "networks": "joins",
    "profiles": "names",
}


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each attribute that an overlay writes empty, and that stays as it was."""
    for deployment in repo.deployments:
        for override in deployment.compose.overrides:
            if override.effect != "nothing" or override.reason not in ("empty", "null"):
                continue
            if override.base is None or override.overlay is None:
                continue
            attribute = ".".join(override.attribute)
            base, last = override.base.path, override.attribute[-1]
            how = "appends lists" if last not in ("environment", "labels", "args") else "merges mappings"
            written = _written(override.overlay.file.line_text(override.overlay.line))
            what = f"what {base} {_WHAT_STAYS.get(last, 'says')} stays"
            yield Finding(
                f"`{written}` takes nothing away from service {override.service}: Compose {how}, so {what}",
                Label(override.overlay, "changes nothing"),
                (Label(override.base.first_line(), f"{attribute} of {override.service} stays"),),
                help=f"write `{last}: !reset []` to take it away, or `!override` in front of the new value",
                stacks=(deployment.name,),
                address=(override.service, attribute),
            )


def _written(line: str) -> str:
    return line.partition(" #")[0].strip()
