"""Security advisories of the nginx project, and what of a configuration they concern.

From https://nginx.org/en/security_advisories.html as of July 2026, those since 2019 whose condition a
configuration shows. ``first`` and ``last`` are the vulnerable versions, ``fixed`` the corrected ones of
branches that lie between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from confguard.model.nginx.placeholders import statements
from confguard.model.nginx.types import NginxModel, Statement, Version
from confguard.model.value import Known

_NEWEST = 9999
"""A tag without a patch version means the newest one of its branch."""


@dataclass(frozen=True, slots=True)
class Advisory:
    """One advisory: ``severity`` is the project's own word, ``feature`` what has to be in use."""

    cve: str
    title: str
    severity: str
    first: Version
    last: Version
    fixed: tuple[Version, ...]
    feature: str

    def concerns(self, version: Version) -> bool:
        """Say whether a version is vulnerable."""
        exact = (*version, *(_NEWEST,) * (3 - len(version)))
        if not self.first <= exact or exact > (*self.last[:2], _NEWEST):
            return False
        mended = any(exact[:2] == one[:2] and exact >= one for one in self.fixed)
        return not mended and (exact <= self.last or exact[:2] < self.last[:2])


ADVISORIES = (
    Advisory("CVE-2026-42533", "buffer overflow with map and regular expressions", "major",
             (0, 9, 6), (1, 31, 2), ((1, 30, 4), (1, 31, 3)), "map"),
    Advisory("CVE-2026-42530", "use after free in HTTP/3", "major",
             (1, 31, 0), (1, 31, 1), ((1, 31, 2),), "http3"),
    Advisory("CVE-2026-60005", "memory disclosure with slice", "medium",
             (1, 15, 8), (1, 31, 2), ((1, 30, 4), (1, 31, 3)), "slice"),
    Advisory("CVE-2026-56434", "use after free with ssi", "medium",
             (0, 8, 11), (1, 31, 2), ((1, 30, 4), (1, 31, 3)), "ssi"),
    Advisory("CVE-2026-9256", "buffer overflow with rewrite", "medium",
             (0, 1, 17), (1, 31, 0), ((1, 30, 2), (1, 31, 1)), "rewrite"),
    Advisory("CVE-2026-42945", "buffer overflow with rewrite", "medium",
             (0, 6, 27), (1, 30, 0), ((1, 30, 1),), "rewrite"),
    Advisory("CVE-2025-23419", "TLS sessions pass client verification by", "medium",
             (1, 11, 4), (1, 27, 3), ((1, 26, 3), (1, 27, 4)), "ssl_verify_client"),
    Advisory("CVE-2024-7347", "buffer overread with mp4", "medium",
             (1, 5, 13), (1, 27, 0), ((1, 26, 2), (1, 27, 1)), "mp4"),
    Advisory("CVE-2021-23017", "1-byte memory overwrite in the resolver", "medium",
             (0, 6, 18), (1, 20, 0), ((1, 20, 1),), "resolver"),
    Advisory("CVE-2019-9511", "excessive CPU usage in HTTP/2", "medium",
             (1, 9, 5), (1, 17, 2), ((1, 16, 1), (1, 17, 3)), "http2"),
)  # fmt: skip


def advisories(model: NginxModel) -> Iterator[tuple[Advisory, Statement]]:
    """Yield the advisories that concern an nginx, with the first statement that uses what they are about."""
    if not isinstance(model.version, Known):
        return
    everything = list(statements(model))
    for advisory in ADVISORIES:
        if advisory.concerns(model.version.value):
            used = next((one for one in everything if _uses(one, advisory.feature)), None)
            if used is not None:
                yield advisory, used


def _uses(statement: Statement, feature: str) -> bool:
    if feature == "map":
        return statement.name == "map" and any(one.name.startswith("~") for one in statement.block or ())
    if feature in ("http2", "http3"):
        word = "quic" if feature == "http3" else "http2"
        return (statement.name == "listen" and word in statement.texts[1:]) or (
            statement.name == feature and statement.first == "on"
        )
    if feature in ("ssl_verify_client", "ssi"):
        return statement.name == feature and statement.first != "off"
    return statement.name == feature
