"""An env file sets each variable once."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label, Severity
from confguard.fixes.edits import whole
from confguard.fixes.lines import delete_lines
from confguard.model.delivery.files import UsedEnvFile, used_env_files
from confguard.model.repo import Repo


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each key that an env file of production sets more than once."""
    for deployment in repo.production:
        for file in used_env_files(deployment):
            yield from _judge(deployment.name, file)


def _judge(stack: str, file: UsedEnvFile) -> Iterator[Finding]:
    for key, entries in file.file.duplicates().items():
        last, earlier = entries[-1], entries[:-1]
        same = all(entry.value == last.value for entry in earlier)
        yield Finding(
            f"{file.read} sets {key} {'twice' if len(entries) == 2 else f'{len(entries)} times'}"
            + (" to the same value" if same else ", and the last line counts"),
            Label(last.line, "this one counts"),
            tuple(Label(entry.line, "has no effect") for entry in earlier),
            help="keep one of the lines: whoever edits the other one changes nothing",
            stacks=(stack,),
            address=(file.path, key),
            severity=Severity.INFO if same else None,
            fixes=whole(
                "remove the lines without effect", (delete_lines(entry.line) for entry in earlier), safe=True
            ),
        )
