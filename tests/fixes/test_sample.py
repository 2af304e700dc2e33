"""All fixes of whole products: one by one, and together."""

import shutil
from pathlib import Path

import pytest

from confguard.config import Settings
from confguard.run.fixing import fix
from tests.fixes.on_repositories import tried

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
PRODUCTS = sorted(path.name.removesuffix(".expected.txt") for path in FIXTURES.glob("*.expected.txt"))


@pytest.fixture(params=PRODUCTS)
def product(request, tmp_path):
    return Path(shutil.copytree(FIXTURES / request.param, tmp_path / request.param))


def test_each_fix_of_a_product_mends_its_finding_and_nothing_else(product):
    for finding, verdicts in tried(product, None):
        assert verdicts == ["applied", "gone", "only what is meant"], finding.message


def test_all_fixes_of_a_product_go_together(product):
    fixed = fix(product, Settings(), unsafe=True)
    assert not fixed.refused
    assert not [one.message for one in fixed.after.report.findings if one.fixes]
    fixed.write()
    assert not fix(product, Settings(), unsafe=True).changes
