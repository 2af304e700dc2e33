"""What is shipped: the wheel and the sdist hold what is needed, and work without the checkout."""

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from confguard import __version__

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "fixtures" / "sample"

pytestmark = pytest.mark.slow


def build(source: Path, target: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build(ROOT, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(build(ROOT, "sdist", tmp_path_factory.mktemp("sdist"))) as archive:
        archive.extractall(folder, filter="data")
    (unpacked,) = folder.iterdir()
    return unpacked


@pytest.fixture(scope="module")
def environment(tmp_path_factory, wheel):
    """Make an environment that has the unpacked wheel and our libraries, and nothing of the checkout.

    The libraries come by a line in a .pth file: the editable installation beside them is itself such a
    file, and those count only in an environment's own folder.
    """
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    asked = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = Path(subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip())
    ours = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "libraries.pth").write_text("\n".join(sorted(ours)), encoding="utf-8")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    return python


def run(python: Path, *arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the environment's Python; nothing that is set for ours leads it to the checkout."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "GITHUB_", "GIT_"))
    }
    return subprocess.run(
        [python, *arguments], cwd=cwd, env=clean | variables, capture_output=True, text=True
    )


def confguard(python: Path, *arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return run(python, "-m", "confguard", *arguments, cwd=cwd, **variables)


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not name.endswith("/")}


def test_the_wheel_holds_the_package_and_the_cards_and_nothing_else(wheel):
    inside = names(wheel)
    tops = {name.split("/")[0] for name in inside}
    assert tops == {"confguard", f"confguard-{__version__}.dist-info"}
    tracked = subprocess.run(
        ["git", "ls-files", "rules", "confguard"], cwd=ROOT, capture_output=True, text=True
    )
    expected = {name for name in tracked.stdout.split() if (ROOT / name).exists()}
    assert expected
    for name in expected:
        shipped = name.replace("rules/", "confguard/_rules/", 1) if name.startswith("rules/") else name
        assert shipped in inside


def test_the_installed_package_is_the_one_from_the_wheel(environment, tmp_path):
    code = "import confguard, confguard.cards; print(confguard.__file__, confguard.cards.rules_folder())"
    places = run(environment, "-c", code, cwd=tmp_path).stdout.split()
    assert len(places) == 2
    for place in places:
        assert Path(place).is_relative_to(environment.parent.parent)


def test_the_wheel_works_outside_of_the_checkout(environment, tmp_path):
    assert confguard(environment, "--version", cwd=tmp_path).stdout == f"confguard {__version__}\n"
    listed = confguard(environment, "rules", cwd=tmp_path)
    cards = list((ROOT / "rules").glob("*/[!R]*.md"))
    assert len(listed.stdout.splitlines()) == len(cards) > 0
    assert "Why it matters" in confguard(environment, "rule", "published-datastore-port", cwd=tmp_path).stdout
    checked = confguard(environment, "check", str(SAMPLE), "--output-format", "concise", cwd=tmp_path)
    assert checked.returncode == 1, checked.stderr
    assert "published-datastore-port" in checked.stdout


def test_a_wheel_built_from_the_sdist_is_the_same(wheel, sdist, tmp_path):
    again = build(sdist, "wheel", tmp_path / "again")
    assert names(again) == names(wheel)


def test_the_sdist_can_be_tested(sdist):
    for name in ("README.md", "LICENSE", "pyproject.toml", "action.yml", ".pre-commit-hooks.yaml"):
        assert (sdist / name).is_file(), name
    for folder in ("rules", "fixtures/sample", "tests", "benchmarks"):
        assert (sdist / folder).is_dir(), folder
    sample = {
        path.relative_to(sdist) for path in (sdist / "fixtures" / "sample").rglob("*") if path.is_file()
    }
    tracked = subprocess.run(["git", "ls-files", "fixtures/sample"], cwd=ROOT, capture_output=True, text=True)
    assert {Path(name) for name in tracked.stdout.split()} <= sample


def test_a_checkout_works_without_being_installed(environment, sdist, tmp_path):
    done = confguard(environment, "rules", cwd=tmp_path, PYTHONPATH=str(sdist))
    assert done.returncode == 0
    code = "import confguard.cards; print(confguard.cards.rules_folder())"
    found = run(environment, "-c", code, cwd=tmp_path, PYTHONPATH=str(sdist))
    assert Path(found.stdout.strip()) == sdist / "rules"


def test_another_packages_folder_of_rules_is_never_read(environment, tmp_path):
    """The name is taken on the package index: such a folder beside ours in site-packages is not ours."""
    (tmp_path / "rules" / "compose").mkdir(parents=True)
    (tmp_path / "rules" / "compose" / "foreign.md").write_text("not a card")
    code = f"""
import pathlib, confguard.cards as cards
cards.__file__ = {str(tmp_path / "confguard" / "cards.py")!r}
try:
    print(cards.rules_folder())
except cards.CardError as error:
    print("refused:", error)
"""
    done = run(environment, "-c", code, cwd=tmp_path)
    assert done.stdout.startswith("refused:"), done.stderr
