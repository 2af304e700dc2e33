"""The site is made of the README, the cards and the guides; CI builds the whole of it, strictly."""

from __future__ import annotations

import importlib.util
import posixpath
import re
from pathlib import Path
from types import ModuleType

import pytest

from confguard.cards import read_cards

ROOT = Path(__file__).resolve().parent.parent
GUIDES = sorted((ROOT / "docs").glob("*.md"))


@pytest.fixture(scope="module")
def site() -> ModuleType:
    spec = importlib.util.spec_from_file_location("confguard_site", ROOT / "docs" / "_site.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pages(site: ModuleType) -> dict[str, str]:
    return site.pages()


def test_every_rule_has_a_page_with_its_name_and_severity(pages):
    for card in read_cards(ROOT / "rules"):
        assert f"`{card.name}` · **{card.severity.name.lower()}**" in pages[card.path]


def test_front_matter_and_marks_of_fences_do_not_reach_a_page(pages):
    for path, text in pages.items():
        assert not text.startswith("---"), path
        if path.startswith("rules/") and path.count("/") == 2 and not path.startswith("rules/plans"):
            assert not re.search(r"^`{3,}\w+ (file=|output)", text, re.MULTILINE), path


def test_links_to_pages_stay_in_the_site_and_others_lead_to_the_repository(site):
    turned = site.linked(
        "[a](rules/README.md) [b](LICENSE) [c](docs/github.md#forks) [d](https://x.example) [e](#there)",
        "README.md",
        "index.md",
    )
    assert turned == (
        "[a](rules/README.md) [b](https://github.com/confguard/confguard/blob/main/LICENSE) "
        "[c](github.md#forks) [d](https://x.example) [e](#there)"
    )
    assert (
        site.linked("[f](../rules/plans/README.md)", "docs/first-run.md", "first-run.md")
        == "[f](rules/plans/README.md)"
    )


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_links_of_a_guide_hold_in_a_checkout(guide):
    for target in re.findall(r"\]\(([^)#\s]+)", guide.read_text(encoding="utf-8")):
        if not re.match(r"[a-z]+:", target):
            assert (ROOT / posixpath.normpath(f"docs/{target}")).exists(), target


def test_every_guide_is_in_the_navigation():
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for guide in GUIDES:
        assert f": {guide.name}\n" in navigation
