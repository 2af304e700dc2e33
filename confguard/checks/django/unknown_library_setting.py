"""Settings for a library have names that the library reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.checks._labels import distinct
from confguard.finding import Edit, Finding, Label, Severity
from confguard.fixes.edits import whole
from confguard.model.deployment import App, Deployment
from confguard.model.django.library_settings import Unread, unread_settings
from confguard.model.repo import Repo
from confguard.words import joined


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each library with settings that it does not read."""
    for deployment in repo.production:
        seen: set[tuple[str, str]] = set()
        for app in deployment.apps:
            if not any(deployment.serves_http(name) for name in app.services):
                continue
            for library, found in unread_settings(deployment.project, app.settings).items():
                if (library, app.settings.path) not in seen:
                    seen.add((library, app.settings.path))
                    yield _finding(deployment, app, library, found)


def _finding(deployment: Deployment, app: App, library: str, found: list[Unread]) -> Finding:
    first = next((one for one in found if one.meant), found[0])
    names = [one.name for one in found]
    shown = joined(names if len(names) < 5 else [*names[:4], f"{len(names) - 4} more"])
    meant = [one for one in found if one.meant]
    said = ", ".join(f"{one.meant} in place of {one.name}" for one in meant)
    serious = any(one.meant and one.in_force for one in found)
    return Finding(
        f"{library} has no setting {shown}" + (f": it has {first.meant}" if meant else ""),
        Label(first.span, "nothing reads this"),
        distinct((Label(one.span, "nor this") for one in found), first.span),
        notes=(
            *(() if any(one.in_force for one in found) else ("they are not in force in this stack",)),
            f"{app.settings.module} is the settings module",
        ),
        help=f"write {said}"
        if said
        else f"look up in the documentation of {library} what does it, or remove it",
        stacks=(deployment.name,),
        address=(library, app.settings.module, *sorted(names)),
        severity=None if serious else Severity.INFO,
        fixes=whole(f"write {said}", map(_renamed, found), safe=False),
    )


def _renamed(one: Unread) -> Edit | None:
    """Return what writes the name that is meant, where the other one stands once on its line."""
    line = one.span.first_line()
    places = [match.span() for match in re.finditer(rf"(?<![\w.]){re.escape(one.name)}(?!\w)", line.text)]
    return Edit(line.sub(*places[0]), one.meant) if one.meant and len(places) == 1 else None
