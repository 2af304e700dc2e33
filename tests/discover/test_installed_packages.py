"""Which modules are read of a Python environment that a person named, and that nothing else is."""

from pathlib import Path

import pytest

from confguard.discover import installed_packages
from confguard.discover.installed_packages import InstalledPackages, NoEnvironment, open_packages


def environment(folder: Path, *versions: str, **files: str) -> Path:
    for version in versions or ("3.13",):
        (folder / f"lib/python{version}/site-packages").mkdir(parents=True)
    packages = folder / f"lib/python{versions[0] if versions else '3.13'}/site-packages"
    for name, text in files.items():
        path = packages / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def opened(folder: Path, **files: str) -> InstalledPackages:
    return open_packages(environment(folder, **files), "venv")


def test_a_module_is_found_by_its_dotted_name_and_shown_below_site_packages(tmp_path):
    packages = opened(
        tmp_path, **{"shared/__init__.py": "", "shared/conf/base.py": "A = 1\n", "one.py": "B = 2\n"}
    )
    assert packages.module("shared.conf.base") == ("site-packages/shared/conf/base.py", False)
    assert packages.module("shared") == ("site-packages/shared/__init__.py", True)
    assert packages.module("shared.conf") == ("site-packages/shared/conf/", True)
    assert packages.module("one") == ("site-packages/one.py", False)
    assert packages.module("shared.other") is None
    source = packages.read("site-packages/shared/conf/base.py")
    assert (source.path, source.text) == ("site-packages/shared/conf/base.py", "A = 1\n")


@pytest.mark.parametrize("dotted", ["", "..shared", "shared/../one", "shared.conf-base", "a" * 5000, "\0"])
def test_a_name_that_is_none_leads_nowhere(tmp_path, dotted):
    assert opened(tmp_path, **{"shared/__init__.py": ""}).module(dotted) is None


def test_links_are_not_followed(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secrets.py").write_text("KEY = 1\n")
    packages = opened(tmp_path / "venv", **{"shared/__init__.py": ""})
    (packages.folder / "linked").symlink_to(outside)
    (packages.folder / "shared/secrets.py").symlink_to(outside / "secrets.py")
    (packages.folder / "alone.py").symlink_to(outside / "secrets.py")
    assert packages.module("linked.secrets") is None
    assert packages.module("shared.secrets") is None
    assert packages.module("alone") is None
    assert packages.read("site-packages/shared/secrets.py") is None
    assert packages.read("site-packages/shared/../../../../outside/secrets.py") is None
    assert packages.has("linked") is None
    assert packages.has("alone") is None


def test_whether_a_package_is_there_is_not_known_where_a_path_file_may_bring_it(tmp_path):
    packages = opened(tmp_path / "one", **{"shared/__init__.py": "", "fast.cpython-313-x86_64.so": ""})
    assert [packages.has(name) for name in ("shared", "fast", "absent")] == [True, True, False]
    elsewhere = opened(tmp_path / "other", **{"shared/__init__.py": "", "work.pth": "/srv/work\n"})
    assert [elsewhere.has(name) for name in ("shared", "absent")] == [True, None]


def test_versions_are_those_of_the_installed_distributions(tmp_path):
    packages = opened(tmp_path, **{"Acme_Settings-2.1.dist-info/METADATA": ""})
    assert packages.version("acme-settings") == "2.1"
    assert packages.version("acme") is None


def test_entry_points_are_those_of_all_distributions(tmp_path):
    files = {
        "one-1.dist-info/entry_points.txt": (
            "[console_scripts]\na = one:main\n\n[shop.plugins]\n# none\nblue = one.blue\n"
        ),
        "two-1.dist-info/entry_points.txt": "[shop.plugins]\nred=two.red:Red\n",
    }
    packages = opened(tmp_path / "one", **files)
    assert packages.entry_points("shop.plugins") == (("blue", "one.blue"), ("red", "two.red:Red"))
    assert packages.entry_points("shop") == ()
    assert opened(tmp_path / "two", **files, **{"work.pth": "/srv\n"}).entry_points("shop") is None


def test_the_folder_of_packages_itself_may_be_named(tmp_path):
    inner = environment(tmp_path, **{"one.py": ""}) / "lib/python3.13/site-packages"
    assert open_packages(inner, "x").module("one") is not None


def test_of_several_pythons_the_environments_own_counts_else_the_newest(tmp_path):
    environment(tmp_path, "3.9", "3.13", **{"one.py": ""})
    assert open_packages(tmp_path, "x").module("one") is None
    (tmp_path / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.9.18\n")
    assert open_packages(tmp_path, "x").module("one") is not None


def test_the_folder_of_windows_is_known(tmp_path):
    (tmp_path / "Lib/site-packages").mkdir(parents=True)
    (tmp_path / "Lib/site-packages/one.py").write_text("")
    assert open_packages(tmp_path, "x").module("one") is not None


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "there is no folder 'venv'"),
        (lambda path: path.write_text(""), "'venv' is no folder: name that of the environment, like .venv"),
        (lambda path: path.mkdir(), "'venv' is no Python environment"),
        (lambda path: (path / "lib/python3.13").mkdir(parents=True), "'venv' is no Python environment"),
        (lambda path: path.symlink_to(path), "cannot be read|there is no folder"),
    ],
    ids=["absent", "a file", "empty", "without packages", "a circle of links"],
)
def test_what_is_no_environment_is_refused_in_plain_words(tmp_path, make, words):
    make(tmp_path / "venv")
    with pytest.raises(NoEnvironment, match=words):
        open_packages(tmp_path / "venv", "venv")


def test_a_path_that_is_none_is_refused():
    with pytest.raises(NoEnvironment, match="is no path"):
        open_packages(Path("a\0b"), "a?b")


def test_what_is_too_large_too_deep_too_much_or_no_text_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(installed_packages, "MAX_MODULE_BYTES", 10)
    monkeypatch.setattr(installed_packages, "MAX_FILES", 3)
    deep = "/".join(["a"] * 11)
    packages = opened(
        tmp_path,
        **{"large.py": "A = 1234567\n", f"{deep}.py": "", "one.py": "1\n", "two.py": "2\n", "three.py": ""},
    )
    (packages.folder / "binary.py").write_bytes(b"\xff\xfe\0")
    paths = [f"site-packages/{name}.py" for name in ("large", "binary", "one", "two")]
    assert [packages.read(path) is not None for path in paths] == [False, False, True, False]
    assert packages.module(deep.replace("/", ".")) is None


def test_the_folder_is_called_otherwise_where_the_project_has_one_of_that_name(tmp_path):
    packages = open_packages(
        environment(tmp_path, **{"one.py": ""}), "venv", frozenset({"", "site-packages"})
    )
    assert packages.module("one") == ("installed-site-packages/one.py", False)
    assert not packages.holds("site-packages/one.py")
