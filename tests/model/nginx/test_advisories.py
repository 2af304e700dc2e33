"""Which versions of nginx an advisory concerns."""

from __future__ import annotations

import pytest

from confguard.model.nginx.advisories import ADVISORIES

BY_CVE = {one.cve: one for one in ADVISORIES}


@pytest.mark.parametrize(
    ("cve", "version", "concerned"),
    [
        ("CVE-2026-42533", (0, 9, 5), False),
        ("CVE-2026-42533", (1, 24, 0), True),
        ("CVE-2026-42533", (1, 30, 3), True),
        ("CVE-2026-42533", (1, 30, 4), False),
        ("CVE-2026-42533", (1, 31, 2), True),
        ("CVE-2026-42533", (1, 31, 3), False),
        ("CVE-2026-42533", (1, 32, 0), False),
        ("CVE-2026-42533", (1, 30), False),
        ("CVE-2026-42533", (1, 28), True),
        ("CVE-2025-23419", (1, 26, 3), False),
        ("CVE-2025-23419", (1, 26, 2), True),
        ("CVE-2025-23419", (1, 27), False),
        ("CVE-2021-23017", (1, 20, 0), True),
        ("CVE-2021-23017", (1, 20, 1), False),
        ("CVE-2021-23017", (1, 21, 0), False),
    ],
)
def test_an_advisory_concerns_the_versions_between_less_those_that_are_mended(cve, version, concerned):
    assert BY_CVE[cve].concerns(version) is concerned


def test_the_mended_versions_of_an_advisory_are_not_vulnerable_and_the_ends_of_its_range_are():
    for one in ADVISORIES:
        assert one.concerns(one.first)
        assert one.concerns(one.last)
        assert not any(one.concerns(mended) for mended in one.fixed)
