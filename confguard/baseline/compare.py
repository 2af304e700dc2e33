"""Which findings a baseline knows, which are new, and which of its entries fit nothing any more."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from confguard.baseline.entries import Baseline, Entry, Identity, identity, named_files
from confguard.finding import Finding


@dataclass(frozen=True, slots=True)
class Comparison:
    """``known`` are findings with the entry that knows each; ``stale`` entries with how many are gone."""

    known: tuple[tuple[Finding, Entry], ...]
    new: tuple[Finding, ...]
    stale: tuple[tuple[Entry, int], ...]

    def kept(self) -> dict[Identity, int]:
        """Return what the baseline would hold if it held what is still there, as it is called now."""
        counts: dict[Identity, int] = defaultdict(int)
        for finding, _ in self.known:
            counts[identity(finding)] += 1
        return dict(counts)


def compare(
    baseline: Baseline,
    findings: Sequence[Finding],
    files: Collection[str],
    existing: Collection[str],
    silent: Collection[str] = (),
) -> Comparison:
    """Compare findings with a baseline.

    ``files`` are those that matter now, ``existing`` all there are; ``silent`` names the rules that did not
    run: nothing is known of what they would find. An entry knows at most as many findings as it counts;
    where there are more of one identity, all of them are new, for nobody can say which.

    An entry whose findings are gone also knows those of renamed files: every path that differs is gone in
    the entry and was not there for the baseline in the finding, in the address, too. And it knows those
    that say less: some of the names in its address, or of its paths, are mended.
    """
    groups: dict[Identity, list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[identity(finding)].append(finding)
    left = {entry: entry.count for entry in baseline.entries}
    exact = {entry.identity: entry for entry in baseline.entries}
    knows: dict[Identity, Entry] = {}
    new: list[Finding] = []
    for one, found in groups.items():
        entry = exact.get(one)
        if entry is None:
            continue
        left[entry] = max(entry.count - len(found), 0)
        if len(found) <= entry.count:
            knows[one] = entry
        else:
            note = f"the baseline knows {entry.count} of these {len(found)}"
            new += [replace(finding, notes=(*finding.notes, note)) for finding in found]
    changes = _Changes(baseline, {*files, *named_files(groups, existing)}, existing)
    for one in sorted(groups.keys() - exact.keys()):
        entry = _other(one, len(groups[one]), left, changes)
        if entry is None:
            new += groups[one]
        else:
            left[entry] = entry.count - len(groups[one])
            knows[one] = entry
    known = ((finding, knows[one]) for one, found in groups.items() if one in knows for finding in found)
    stale = ((entry, gone) for entry, gone in left.items() if gone and entry.identity.rule not in silent)
    return Comparison(tuple(known), tuple(new), tuple(stale))


class _Changes:
    """The files that are gone since a baseline was written, and those that are new."""

    def __init__(self, baseline: Baseline, files: Collection[str], existing: Collection[str]) -> None:
        before = {*baseline.files, *(path for entry in baseline.entries for path in entry.identity.paths)}
        self._gone = _any_of(before.difference(existing))
        self._fresh = _any_of(set(files) - before)

    def before(self, one: Identity) -> Identity:
        """Return an entry's identity with every path masked that is gone."""
        return _masked(one, self._gone)

    def after(self, one: Identity) -> Identity:
        """Return a finding's identity with every path masked that is new."""
        return _masked(one, self._fresh)


def _any_of(paths: Collection[str]) -> re.Pattern[str] | None:
    """Return a pattern for the longest of these paths, where it is no part of a longer name."""
    longest = sorted(paths, key=lambda path: (-len(path), path))
    if not longest:
        return None
    return re.compile(rf"(?<![\w./-])(?:{'|'.join(map(re.escape, longest))})(?![\w./-])")


def _masked(one: Identity, pattern: re.Pattern[str] | None) -> Identity:
    if pattern is None:
        return one
    paths = tuple(sorted(pattern.sub("\0", path) for path in one.paths))
    return Identity(one.rule, paths, tuple(pattern.sub("\0", part) for part in one.address))


def _other(one: Identity, count: int, left: Mapping[Entry, int], changes: _Changes) -> Entry | None:
    """Return an entry, all of whose findings are gone, that knows these under another name."""
    unused = [
        entry
        for entry, free in left.items()
        if entry.identity.rule == one.rule and free == entry.count and count <= entry.count
    ]
    after = changes.after(one)
    for entry in unused:
        before = changes.before(entry.identity)
        if before != entry.identity and before == after:
            return entry
    return next((entry for entry in unused if _says_less(one, entry.identity)), None)


def _says_less(one: Identity, known: Identity) -> bool:
    """Say whether an identity is what is left of another when something of that was mended."""
    if not set(one.paths) <= set(known.paths):
        return False
    if one.address == known.address:
        return True
    names = iter(known.address)
    return bool(one.address) and all(name in names for name in one.address)
