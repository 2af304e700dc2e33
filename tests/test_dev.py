"""The helpers of who works on confguard: the scaffold of a rule and the table of rules."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from confguard import dev
from confguard.cards import FAMILIES, parse_card, read_cards

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def checkout(tmp_path):
    """Make the little that a checkout needs for the helpers."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "confguard"\n', encoding="utf-8")
    (tmp_path / "confguard" / "checks").mkdir(parents=True)
    (tmp_path / "rules").mkdir()
    text = f"# Rules\n\n{dev.INDEX_BEGIN}\nstale\n{dev.INDEX_END}\n\nThe end.\n"
    (tmp_path / "rules" / "README.md").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("family", FAMILIES)
def test_a_new_rule_is_a_card_and_a_check_at_the_same_path(checkout, family):
    card, check = dev.new_rule(checkout, family, "lonely-service", "0.3")
    assert card == checkout / "rules" / family / "lonely-service.md"
    assert check == checkout / "confguard" / "checks" / family / "lonely_service.py"
    parsed = parse_card(family, "lonely-service", card.read_text(encoding="utf-8"))
    assert parsed.since == "0.3"
    assert "{" not in parsed.title
    compile(check.read_text(encoding="utf-8"), str(check), "exec")


@pytest.mark.parametrize(
    ("family", "name", "reason"),
    [
        ("tea", "good-name", "there is no family 'tea'"),
        ("../compose", "good-name", "there is no family"),
        ("compose", "Bad_Name", "is no name for a rule"),
        ("compose", "../../escape", "is no name for a rule"),
        ("compose", "", "is no name for a rule"),
        ("compose", "8-ports", "is no name for a rule"),
        ("compose", "class", "is no name for a rule"),
        ("compose", "no-published-ports", "is an advice"),
        ("compose", "check-ports", "is an advice"),
    ],
)
def test_a_bad_family_or_name_is_refused_with_a_reason(checkout, family, name, reason):
    before = sorted(checkout.rglob("*"))
    with pytest.raises(dev.DevError, match=reason):
        dev.new_rule(checkout, family, name, "0.1")
    assert sorted(checkout.rglob("*")) == before


def test_a_name_that_is_taken_is_refused_in_every_family(checkout):
    dev.new_rule(checkout, "compose", "lonely-service", "0.1")
    for family in ("compose", "nginx"):
        with pytest.raises(dev.DevError, match=r"taken by rules/compose/lonely-service\.md"):
            dev.new_rule(checkout, family, "lonely-service", "0.1")
    (checkout / "rules" / "compose" / "lonely-service.md").unlink()
    with pytest.raises(dev.DevError, match=r"taken by confguard/checks/compose/lonely_service\.py"):
        dev.new_rule(checkout, "nginx", "lonely-service", "0.1")


def test_the_helpers_refuse_to_work_on_an_installed_package(tmp_path):
    (tmp_path / "rules").mkdir()
    with pytest.raises(dev.DevError, match="in a checkout"):
        dev.find_checkout(tmp_path / "confguard")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "another"\n', encoding="utf-8")
    with pytest.raises(dev.DevError, match="in a checkout"):
        dev.find_checkout(tmp_path / "confguard")
    assert dev.find_checkout(ROOT / "confguard") == ROOT


def test_the_table_of_rules_replaces_what_stands_between_its_markers(checkout):
    dev.new_rule(checkout, "nginx", "second-rule", "0.1")
    dev.new_rule(checkout, "compose", "first-rule", "0.1")
    assert dev.write_index(checkout)
    text = (checkout / "rules" / "README.md").read_text(encoding="utf-8")
    assert text.startswith("# Rules\n")
    assert text.endswith(f"{dev.INDEX_END}\n\nThe end.\n")
    assert "stale" not in text
    assert text.index("(compose/first-rule.md)") < text.index("(nginx/second-rule.md)")
    assert not dev.write_index(checkout), "written again, nothing changes"


def test_a_table_without_markers_is_refused(checkout):
    (checkout / "rules" / "README.md").write_text("# Rules\n", encoding="utf-8")
    with pytest.raises(dev.DevError, match="markers"):
        dev.write_index(checkout)


def test_the_table_of_rules_is_up_to_date():
    text = (ROOT / "rules" / "README.md").read_text(encoding="utf-8")
    now = dev.with_index(text, read_cards(ROOT / "rules"))
    assert text == now, "run: python -m confguard.dev index"


@pytest.mark.slow
def test_a_scaffolded_rule_passes_the_tests_of_cards_as_it_is(tmp_path):
    for name in ("confguard", "rules", "tests"):
        # Compiled modules come along; those that another process writes right now have longer names.
        ignore = shutil.ignore_patterns("*.pyc.*", "node_modules")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "GITHUB"))
    }
    environment["PYTHONPATH"] = str(tmp_path)

    def run(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    said = run("confguard.dev", "new-rule", "drift", "scaffolded-rule")
    assert "wrote rules/drift/scaffolded-rule.md" in said
    tests = ("tests/test_cards.py", "tests/test_dev.py", "tests/test_architecture.py")
    said = run(
        "pytest",
        "-p",
        "no:cacheprovider",
        *tests,
        "-k",
        "scaffolded or up_to_date",
        "-m",
        "not slow",
    )
    assert "scaffolded" in run("confguard", "rules")
    assert " passed" in said
    assert "scaffolded-rule" in (tmp_path / "rules" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("arguments", [["new-rule", "tea", "x"], ["new-rule", "compose", "Bad"]])
def test_a_refusal_goes_to_stderr_with_exit_code_2(arguments, capsys):
    assert dev.main(arguments) == 2
    assert capsys.readouterr().err.startswith("error: ")
