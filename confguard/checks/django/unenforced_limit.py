"""What the settings declare to be the largest upload is what the code refuses to exceed."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._trails import deliveries
from confguard.finding import Finding, Label, Severity
from confguard.model.repo import Repo
from confguard.model.unenforced_limits import Unenforced, unenforced
from confguard.words import joined


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each limit of uploads that nothing compares with."""
    for deployment in repo.production:
        for one in unenforced(deployment):
            declared = one.declared
            if declared.place is None:
                continue
            yield Finding(
                f"nothing enforces {declared.setting}: no code reads it, and Django has no setting of that "
                "name",
                Label(declared.place, "declared here only"),
                deliveries(declared.size, limit=3),
                notes=tuple(_notes(one)),
                help=f"compare the size of uploaded files with `settings.{declared.setting}` where they are "
                "validated, or take the setting out",
                stacks=(deployment.name,),
                address=(declared.setting,),
                severity=Severity.INFO if _is_capped(one) else None,
            )


def _is_capped(one: Unenforced) -> bool:
    """Say whether nginx refuses about what the limit is meant to refuse."""
    return one.passed is not None and 0 < one.passed <= one.declared.size.value * 1.1


def _notes(one: Unenforced) -> Iterator[str]:
    if one.variables:
        verb = "changes" if len(one.variables) == 1 else "change"
        yield f"setting {joined(one.variables)} {verb} nothing"
    if _is_capped(one):
        yield "the limit in force is nginx's client_max_body_size"
    elif one.passed:
        yield f"nginx lets {one.passed // 1024**2} MiB through"
