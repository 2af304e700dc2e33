"""A text is in certain files of the repository, or is not."""

from __future__ import annotations

import re

from confguard.finding import Label
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._common import beginning

_MOST = 2_000
"""Files that are looked through, at most."""


def look(
    subject: Subject, files: str, pattern: str, what: str, present: bool = False, none_is_fine: bool = False
) -> Outcome:
    """Look through the files whose path matches ``files``: the pattern has to be there, or must not be.

    With ``none_is_fine`` a repository without any such file passes, too.
    """
    wanted, chosen = re.compile(pattern), re.compile(files)
    paths = [path for path in subject.repo.project.paths if chosen.search(path)]
    if not paths and none_is_fine:
        source = subject.repo.any_source()
        return passed(f"there is no file that could hold {what}", [beginning(source)] if source else [])
    if not paths:
        return cannot_tell(f"the repository has no file for {what}")
    if len(paths) > _MOST:
        return cannot_tell(f"there are too many files to look through for {what}")
    read = [source for path in paths if (source := subject.repo.project.read(path)) is not None]
    found = [
        Label(source.span(match.start(), match.end()).first_line(), what)
        for source in read
        if (match := wanted.search(source.text))
    ]
    if bool(found) is present:
        return passed(
            what if found else f"{what}: not found", found or [beginning(read[0], "was looked through")]
        )
    return failed(
        what if found else f"{what}: not found", found or [beginning(read[0], "was looked through")]
    )
