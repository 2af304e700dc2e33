"""What differs from the commit where a branch began, as git tells it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from confguard.discover.git import GitError, ask, without_filters
from confguard.source import MAX_BYTES

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


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file that differs: ``before`` and ``after`` are its paths, ``""`` outside of the project."""

    status: str
    """As git gives it: A added, D deleted, M modified, R renamed, T of another type, U in conflict."""
    before: str
    after: str
    blob: str
    """The object that holds what a plain file was, or ``""``."""
    pathspecs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between the work tree, committed or not, and the commit where its branch began."""

    root: Path
    base: str
    files: tuple[ChangedFile, ...]
    _settings: tuple[str, ...]

    @property
    def renamed(self) -> Mapping[str, str]:
        """Paths of then to those of now, of files that moved."""
        return {file.before: file.after for file in self.files if file.status == "R" and file.before}

    @property
    def new(self) -> frozenset[str]:
        """Paths where there was no plain file then."""
        present = {file.before for file in self.files if file.blob}
        return frozenset(file.after for file in self.files if file.after and file.after not in present)

    def lines(self, paths: frozenset[str]) -> Mapping[str, Lines]:
        """Return the changed lines of these files, without those that have none; raises ChangesError.

        Of a file that was renamed only edited lines count, of a new one all; where lines were deleted,
        those around the gap.
        """
        return {
            file.after: lines
            for file in self.files
            if file.after in paths and file.status != "D" and (lines := self._lines(file))
        }

    def _lines(self, file: ChangedFile) -> Lines:
        if file.status not in "MR":
            return WHOLE
        with _said(self.base):
            options = ("--text", "--unified=0", "--inter-hunk-context=0", self.base, "--", *file.pathspecs)
            return tuple(_lines(ask(self.root, *_DIFF, *options, settings=self._settings)))

    def texts_before(self) -> Mapping[str, bytes]:
        """Return what the files that changed or went held then, by their paths of then; raises ChangesError.

        Files that are too large to be read are left out.
        """
        blobs = [(file.before, file.blob) for file in self.files if file.blob and file.before]
        with _said(self.base):
            return dict(_contents(self.root, blobs))


def changes_since(root: Path, since: str) -> Changes:
    """Return what changed in a project since HEAD left a branch, tag or commit; raises ChangesError."""
    base = _merge_base(root, since)
    with _said(since):
        settings = without_filters(root)
        prefix = os.fsdecode(ask(root, "rev-parse", "--show-prefix")).rstrip("\n")
        raw = ask(root, *_DIFF, "--raw", "--no-abbrev", "-z", base, "--", settings=settings)
        return Changes(root, base, tuple(_files(raw, prefix)), settings)


@contextmanager
def _said(since: str) -> Iterator[None]:
    try:
        yield
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


def _files(raw: bytes, prefix: str) -> Iterator[ChangedFile]:
    """Read what ``git diff --raw -z`` prints (git-diff, "Raw output format"), of the project's own files."""
    fields = iter(os.fsdecode(field) for field in raw.split(b"\0"))
    for field in fields:
        if not field.startswith(":"):
            continue
        mode, _, blob, _, status = field[1:].split(" ")
        before = next(fields)
        after = next(fields) if status[0] in "RC" else before
        own = [path.removeprefix(prefix) if path.startswith(prefix) else "" for path in (before, after)]
        if any(own):
            plain = mode in ("100644", "100755")
            pathspecs = tuple(f":(top,literal){path}" for path in sorted({before, after}))
            yield ChangedFile(status[0], own[0], own[1], blob if plain else "", pathspecs)


def _contents(root: Path, blobs: Sequence[tuple[str, str]]) -> Iterator[tuple[str, bytes]]:
    """Yield the content of each blob that is not too large, with its path; git is asked twice for all."""
    if not blobs:
        return
    asked = "".join(f"{blob}\n" for _, blob in blobs).encode()
    sizes = ask(root, "cat-file", "--batch-check=%(objectsize)", given=asked).split()
    wanted = [
        pair for pair, size in zip(blobs, sizes, strict=True) if size.isdigit() and int(size) <= MAX_BYTES
    ]
    data = ask(root, "cat-file", "--batch=%(objectsize)", given="".join(f"{b}\n" for _, b in wanted).encode())
    at = 0
    for path, _ in wanted:
        end = data.index(b"\n", at)
        size = int(data[at:end])
        yield path, data[end + 1 : end + 1 + size]
        at = end + size + 2


def _lines(patch: bytes) -> Iterator[range]:
    """Yield the new lines of each hunk of a patch without context."""
    for line in patch.split(b"\n"):  # those of the file begin with a sign, so that none looks like a hunk
        hunk = _HUNK.match(line)
        if hunk is not None:
            start, added = int(hunk[1]), int(hunk[2] or 1)
            yield range(start, start + added) if added else range(max(start, 1), start + 2)
