"""Commands and documents name files that exist."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.named_things import Unnamed
from confguard.model.repo import Repo
from confguard.model.unknown_files import unknown_files


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each file that is named and not there; those of one moved folder are one."""
    groups: dict[tuple[str, str], list[Unnamed]] = {}
    for one in unknown_files(repo):
        groups.setdefault(_moved(one), []).append(one)
    for (old, new), found in groups.items():
        spans = [span for one in found for span in one.spans]
        notes = (f"perhaps {found[0].near} is meant",) if found[0].near else ()
        if len(found) > 1:
            notes = (f"what is named below {old}/ lies below {new}/ now",)
        yield Finding(
            f"there is no `{found[0].name}` in the repository",
            Label(spans[0], "is not there"),
            tuple(Label(span, "nor is this") for span in spans[1:6]),
            notes=notes,
            help="correct the path, or add the file; list in .gitignore what the operator puts there",
            address=tuple(one.name for one in found),
        )


def _moved(one: Unnamed) -> tuple[str, str]:
    """Return the folders that a file seems to have been moved from and to, or its own name twice."""
    old, new = one.name.split("/"), one.near.split("/")
    if not one.near:
        return one.name, one.name
    while len(old) > 1 and len(new) > 1 and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    return ("/".join(old), "/".join(new)) if len(old) < len(one.name.split("/")) else (one.name, one.near)
