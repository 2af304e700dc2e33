"""What checks something in a workflow can fail."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.repo import Repo
from confguard.model.workflows.forgiven import Forgiven, forgiven
from confguard.words import joined


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each workflow with checks that can never fail."""
    groups: dict[str, list[Forgiven]] = {}
    for one in forgiven(repo):
        groups.setdefault(one.span.path, []).append(one)
    for found in groups.values():
        names = [f"`{name}`" for name in dict.fromkeys(one.words for one in found)]
        places = {one.span.first_line(): one for one in found[1:]}
        ways = list(dict.fromkeys(f"`{one.how}`" for one in found))
        who = "it says" if len(names) == 1 else "they say"
        yield Finding(
            f"{joined(names)} can never fail: {joined(ways)} ignores what {who}",
            Label(found[0].span.first_line(), "checks, and nobody hears of it"),
            (
                *(
                    Label(one.place, "ignores the failure")
                    for one in found
                    if one.place.line != one.span.line
                ),
                *(Label(place, "likewise") for place in places),
            ),
            help="let it fail; accept single findings in the tool's own configuration, "
            "or move what only informs into a workflow of its own",
            address=(found[0].span.path, *dict.fromkeys(one.words for one in found)),
        )
