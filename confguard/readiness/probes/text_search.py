"""A text is in certain files of the repository, or is not."""

from __future__ import annotations

import re

from confguard.finding import Label
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._subject import beginning

TESTS = (
    r"(^|/)(tests?|testing|e2e|__tests__|__mocks__|specs?|cypress|playwright|fixtures)/"
    r"|[._-](test|spec|stories)\.\w+$|(^|/)test_[^/]*$"
)
"""Paths of tests: nothing of them runs in production."""
_MOST = 5_000
"""Files that are looked through, at most."""


def look(
    subject: Subject,
    files: str,
    pattern: str,
    what: str,
    present: bool = False,
    none_is_fine: bool = False,
    among: str = "",
    ignore: str = TESTS,
) -> Outcome:
    """Look through the files whose path matches ``files``: the pattern must not be there.

    With ``present`` it has to be; where it is not, nothing is told, for it may be done elsewhere. ``among``
    is a pattern that a file has to hold to count, ``ignore`` one of paths that do not: tests, if it is not
    given. With ``none_is_fine`` a repository without any such file passes, too.
    """
    wanted, chosen = re.compile(pattern), re.compile(files)
    left = re.compile(ignore) if ignore else None
    paths = [
        path
        for path in subject.repo.project.paths
        if chosen.search(path) and not (left is not None and left.search(path))
    ]
    if not paths and none_is_fine:
        source = subject.repo.any_source()
        return passed(f"there is no file that could hold {what}", [beginning(source)] if source else [])
    if not paths:
        return cannot_tell(f"the repository has no file for {what}")
    if len(paths) > _MOST:
        return cannot_tell(f"there are too many files to look through for {what}")
    read = [source for path in paths if (source := subject.repo.project.read(path)) is not None]
    if among:
        read = [source for source in read if re.search(among, source.text)]
    if not read:
        return cannot_tell(f"no file of the repository could hold {what}")
    found = [
        Label(source.span(match.start(), match.end()).first_line(), what)
        for source in read
        if (match := wanted.search(source.text))
    ]
    if bool(found) is present:
        return passed(
            what if found else f"{what}: not found", found or [beginning(read[0], "was looked through")]
        )
    if present:
        where = [beginning(read[0], "was looked through")]
        return cannot_tell(f"nothing in the repository shows {what}", where)
    return failed(what, found)
