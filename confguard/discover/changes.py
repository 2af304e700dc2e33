"""Which lines differ from the commit where a branch began, as git tells it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from confguard.discover.git import GitError, ask, without_filters

Lines = tuple[range, ...]
"""1-based lines of a file as it is now."""

WHOLE: Lines = (range(1, sys.maxsize),)

# What a user's or a repository's configuration could change of the output, or have run, is said here.
_DIFF = (
    *("diff", "--no-ext-diff", "--no-textconv", "--no-color", "--no-relative", "--ignore-submodules=all"),
    *("--find-renames", "--diff-algorithm=myers"),
)
_BRANCH = re.compile(r"[\w.-]+")
_COMMIT = re.compile(r"[0-9a-f]{7,}")
_HUNK = re.compile(rb"@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@")


class ChangesError(Exception):
    """The changes cannot be told; the text says why and what to do."""


def changed_lines(root: Path, since: str, paths: frozenset[str]) -> Mapping[str, Lines]:
    """Return the lines of files that changed since the merge base of HEAD and a commit; raises ChangesError.

    ``since`` is a branch, tag or commit. The work tree counts as it lies there, committed or not. ``paths``
    are relative to ``root`` and so is the result, which leaves out files without a change. Of a file that
    was renamed only edited lines count, of a new one all; where lines were deleted, those around the gap.
    """
    try:
        base = _merge_base(root, since)
        settings = without_filters(root)
        prefix = os.fsdecode(ask(root, "rev-parse", "--show-prefix")).rstrip("\n")
        diff = partial(ask, root, *_DIFF, settings=settings)
        return dict(_changes(diff, base, prefix, paths))
    except GitError as error:
        raise ChangesError(f"git cannot tell what changed since {since!r}: {error}") from None


def _merge_base(root: Path, since: str) -> str:
    """Return the commit from which HEAD and another one went apart."""
    if not since or since.startswith("-") or not since.isprintable():
        raise ChangesError(f"{since!r} is no name of a commit")
    try:
        shallow = ask(root, "rev-parse", "--is-shallow-repository").strip() == b"true"
    except GitError as error:
        raise ChangesError(f"changes can be told in a git repository only: {error}") from None
    hint = ""
    if shallow:
        hint = (
            "; this is a shallow clone: fetch the history (`git fetch --unshallow`, or `fetch-depth: 0` "
            "at actions/checkout)"
        )
    try:
        commit = os.fsdecode(ask(root, "rev-parse", "--verify", "--quiet", f"{since}^{{commit}}")).strip()
    except GitError:
        raise ChangesError(f"git knows no commit {since!r} here{hint or _remote_hint(since)}") from None
    try:
        return os.fsdecode(ask(root, "merge-base", commit, "HEAD")).strip()
    except GitError:
        raise ChangesError(f"{since!r} and HEAD have no commit in common here{hint}") from None


def _remote_hint(since: str) -> str:
    is_branch = _BRANCH.fullmatch(since) and since != "HEAD" and not _COMMIT.fullmatch(since)
    return f"; a branch of a remote is named like origin/{since}" if is_branch else ""


def _changes(
    diff: Callable[..., bytes], base: str, prefix: str, paths: frozenset[str]
) -> Iterator[tuple[str, Lines]]:
    for status, before, after in _entries(diff("--raw", "-z", base, "--")):
        path = after.removeprefix(prefix)
        if not after.startswith(prefix) or path not in paths or status == "D":
            continue
        if status not in "MR":  # new, another type, in conflict
            yield path, WHOLE
            continue
        both = sorted({f":(top,literal){before}", f":(top,literal){after}"})
        lines = tuple(_lines(diff("--text", "--unified=0", "--inter-hunk-context=0", base, "--", *both)))
        if lines:
            yield path, lines


def _entries(raw: bytes) -> Iterator[tuple[str, str, str]]:
    """Yield (status letter, old path, new path) from ``git diff --raw -z``."""
    fields = iter(os.fsdecode(field) for field in raw.split(b"\0"))
    for field in fields:
        if not field.startswith(":"):
            continue
        status = field.rpartition(" ")[2][:1]
        before = next(fields)
        yield status, before, next(fields) if status in "RC" else before


def _lines(patch: bytes) -> Iterator[range]:
    """Yield the new lines of each hunk of a patch without context."""
    for line in patch.split(b"\n"):  # those of the file begin with a sign, so that none looks like a hunk
        hunk = _HUNK.match(line)
        if hunk is not None:
            start, added = int(hunk[1]), int(hunk[2] or 1)
            yield range(start, start + added) if added else range(max(start, 1), start + 2)
