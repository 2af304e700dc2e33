"""Files that tell how things were, or how they are at another version: no mistakes of this one."""

from __future__ import annotations

import re

_OLD = re.compile(
    r"(^|/)[._]?(archived?|archives|old|deprecated|attic|obsolete)([-_.]?docs?)?/"
    r"|(^|/)(changelog|changes|history|news)\b[^/]*$",
    re.IGNORECASE,
)
_DOCUMENT = re.compile(r"\.(mdx?|rst|adoc|txt)$", re.IGNORECASE)
_WORDS = frozenset([
    "release", "releases", "changelog", "changelogs", "changes", "history", "news", "newsfragments", "blog",
    "upgrading", "upgrades", "migrating", "migration", "versioned",
])  # fmt: skip
_VERSION = re.compile(r"(v|version|release)?[-_ ]?\d+(\.(\d+|x)\b)+|\d{4}-\d\d-\d\d", re.IGNORECASE)


def tells_of_another_version(path: str) -> bool:
    """Say whether a path marks what lies there as of the past, or of another version than this one.

    Archives and changelogs; and documents whose name, or a folder of theirs, speaks of releases, upgrading
    or migrating, or is the number of a version or the date of a post. How to run an upgrade
    (``upgrade.md``) is about this version.
    """
    if _OLD.search(path):
        return True
    if not _DOCUMENT.search(path):
        return False
    parts = _DOCUMENT.sub("", path).split("/")
    return any(
        _VERSION.match(part) is not None or not _WORDS.isdisjoint(re.split(r"[-_. ]+", part.lower()))
        for part in parts
    )
