"""What silences findings in a run: in which files comments are looked for, which baseline is read."""

from __future__ import annotations

import pytest

from confguard import run
from confguard.cards import load_cards
from confguard.config import ConfigError, Settings, parse_settings
from confguard.discover.kinds import classify
from confguard.discover.project import open_project
from confguard.run.silencing import read_baseline, silencer_for
from confguard.source import SourceFile

COMMENT = "# confguard: ignore[unpinned-image] r\n"


def commented(project):
    silencer = silencer_for(project, classify(project), Settings())
    return sorted(one.span.path for one in silencer.comments)


def test_comments_count_in_files_that_matter_and_in_all_that_were_read(repository):
    files = {
        "compose.yaml": f"{COMMENT}services: {{web: {{image: a:1}}}}\n",
        "shop/views.py": COMMENT,
        "x.py": COMMENT,
    }
    project = open_project(repository(files))
    assert commented(project) == ["compose.yaml"]
    project.read("shop/views.py")
    assert commented(project) == ["compose.yaml", "shop/views.py"]


@pytest.mark.parametrize("name", ["README.md", "package.json", "docs/a.rst", "page.html"])
def test_documents_and_json_hold_none(repository, name):
    project = open_project(repository({name: COMMENT}))
    project.read(name)
    assert commented(project) == []


def test_a_file_that_was_given_by_hand_has_none(repository):
    project = open_project(repository({"compose.yaml": "services: {web: {image: a:1}}\n"}))
    given = project.with_given({".env": SourceFile(".env", f"{COMMENT}A=1\n", private=True)})
    assert commented(given) == []


def test_without_suppressions_no_file_is_looked_at(repository):
    project = open_project(repository({"compose.yaml": f"{COMMENT}services: {{web: {{image: a:1}}}}\n"}))
    assert not silencer_for(project, classify(project), Settings(suppressions=False)).comments


def test_the_baseline_of_the_usual_name_is_read_if_it_is_there(tmp_path):
    assert read_baseline(tmp_path, None) is None
    (tmp_path / "confguard-baseline.json").write_text("{}")
    assert read_baseline(tmp_path, None).path == "confguard-baseline.json"
    assert read_baseline(tmp_path, "") is None
    with pytest.raises(ConfigError, match=r"there is no baseline .other\.json."):
        read_baseline(tmp_path, "other.json")
    (tmp_path / "binary.json").write_bytes(b"\0")
    with pytest.raises(ConfigError, match="NUL"):
        read_baseline(tmp_path, "binary.json")


def test_a_comment_in_a_file_with_two_paths_is_one_comment(repository):
    compose = "services:\n  web:\n    # confguard: ignore[unpinned-image] r\n    image: acme/web\n"
    root = repository({"compose.prod.yaml": compose, "docs/x": ""})
    (root / "docs" / "compose.prod.yaml").symlink_to("../compose.prod.yaml")
    report = run.check(root, Settings()).report
    assert [one.rule for one in report.findings] == []
    (root / "compose.prod.yaml").write_text(compose.replace("acme/web", "acme/web:1.2"))
    assert [one.rule for one in run.check(root, Settings()).report.findings] == ["unused-suppression"]


def test_while_a_file_has_a_mistake_nobody_says_that_a_suppression_is_of_no_use(repository):
    # Its findings are not there, and the next check would find them again: nothing may be cleared away.
    compose = "services:\n  web:\n    # confguard: ignore[unpinned-image] r\n    image: acme/web\n"
    other = "services:\n  db:\n    # confguard: ignore[no-such-rule] r\n    image: acme/db:1.2\n"
    root = repository({"compose.prod.yaml": f"{compose}    image: acme/web\n", "other.yaml": other})
    rules = [one.rule for one in run.check(root, Settings()).report.findings]
    assert rules == ["unparsable-file", "unused-suppression"]  # a name that is wrong stays wrong
    (root / "compose.prod.yaml").write_text(f"{compose}    restart: always\n")
    assert [one.rule for one in run.check(root, Settings()).report.findings] == ["unused-suppression"]
    (root / "compose.prod.yaml").write_text(compose.replace("acme/web", "acme/web:1.2"))
    assert [one.rule for one in run.check(root, Settings()).report.findings] == ["unused-suppression"] * 2


def test_a_suppression_of_no_use_is_told_which_findings_it_may_be_meant_for(repository):
    compose = "services:\n  # confguard: ignore[unpinned-image] r\n  web:\n    image: acme/web\n"
    root = repository({"compose.prod.yaml": compose})
    table = {"rule": "unpinned-image", "address": ["wbe"], "reason": "r"}
    settings = parse_settings({"suppressions": [table]}, "confguard.toml", load_cards())
    found = run.check(root, settings).report.findings
    notes = {one.primary.span.path: one.notes for one in found if one.rule == "unused-suppression"}
    assert notes == {
        "compose.prod.yaml": ("one is found in line 4",),
        "confguard.toml": ('one is found in compose.prod.yaml with address = ["acme/web"]',),
    }
