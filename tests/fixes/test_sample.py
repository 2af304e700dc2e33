"""All fixes of whole products: one by one, and together."""

import shutil
from pathlib import Path

import pytest

from confguard.config import Settings
from confguard.run.fixing import fix
from tests.fixes.on_repositories import tried

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
EXPECTED = ".expected.txt"
PRODUCTS = sorted(
    path.name.removesuffix(EXPECTED) for path in FIXTURES.glob(f"*{EXPECTED}") if path.read_text("utf-8")
)
"""Those that have findings."""


@pytest.fixture(params=PRODUCTS)
def product(request, tmp_path):
    return Path(shutil.copytree(FIXTURES / request.param, tmp_path / request.param))


def test_each_fix_of_a_product_mends_its_finding_and_nothing_else(product):
    tries = list(tried(product, None))
    assert tries
    for finding, verdicts in tries:
        assert verdicts == ["applied", "gone", "only what is meant"], finding.message


def test_all_fixes_of_a_product_go_together(product):
    fixed = fix(product, Settings(), unsafe=True)
    assert fixed.changes
    assert not fixed.refused
    assert not [one.message for one in fixed.after.report.findings if one.fixes]
    fixed.write()
    assert not fix(product, Settings(), unsafe=True).changes
