"""An empty value of an overlay takes away what its author meant to take away."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._bypass import bypasses
from confguard.checks._published import is_vain, open_on
from confguard.finding import Finding, Label
from confguard.fixes.compose import reset
from confguard.fixes.edits import whole
from confguard.model.deployment import Deployment
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
            if not is_vain(override) or override.base is None or override.overlay is None:
                continue
            if override.attribute == ("ports",) and override.service in _told(repo, deployment):
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
                fixes=whole(f"take {attribute} away with !reset", [reset(override.overlay)], safe=False),
            )


def _told(repo: Repo, deployment: Deployment) -> set[str]:
    """Return the services of whose ports, which stay open, another rule tells already."""
    if not deployment.stack.deployed:
        return set()
    allowed = repo.options["published-datastore-port"]["allow"]
    stores = {
        service.name
        for service in deployment.services.values()
        if service.name not in allowed
        and deployment.datastore(service) is not None
        and any(open_on(port) and port.span for port in service.ports)
    }
    return stores | {one.service.name for one in bypasses(deployment)}


def _written(line: str) -> str:
    return line.partition(" #")[0].strip()
