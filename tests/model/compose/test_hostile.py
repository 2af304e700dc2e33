"""Compose files that attack the reader: each is reported, in bounded time and memory.

The bounds, for a repository of any content: a file of more than 10 MiB is not read; YAML stops at 500 levels
and at 400,000 values with aliases expanded; a text that uses variables at 200,000 characters and 50 nested
defaults; chains of extends and include at 60 links, a model at 500 files. Each file costs at most 10 seconds
of processor time and 600 MiB, on the machine that these were measured on; the cases here stay far below.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from confguard.discover.project import Listing, Project
from confguard.model.compose import ComposeModel, load

SECONDS = 10.0
BYTES = 600 * 2**20
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])}


def bounded(folder: Path, files: Mapping[str, str | bytes], *wanted: str) -> tuple[ComposeModel, Project]:
    """Return the model of hostile files; fails where it costs more than the bounds."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    project = Project(folder.resolve(), Listing(tuple(sorted(files)), "walk"))
    start = time.process_time()
    model = load(project, wanted or ("compose.yaml",))
    assert time.process_time() - start < SECONDS
    return model, project


def said(found: tuple[ComposeModel, Project]) -> str:
    model, project = found
    return " ".join(problem.message for problem in (*model.problems, *model.refusals, *project.problems))


WEB = "services:\n  web:\n    image: x\n"


def laughs(levels: int, width: int) -> str:
    lines = ["x-0: &a0 lol"]
    lines += [f"x-{i}: &a{i} [{', '.join([f'*a{i - 1}'] * width)}]" for i in range(1, levels + 1)]
    return "\n".join(lines) + "\n" + WEB


def merges(count: int) -> str:
    wide = "x-wide: &wide {" + ", ".join(f"k{i}: 1" for i in range(count)) + "}\n"
    return wide + "".join(f"x-{i}: {{<<: *wide}}\n" for i in range(count)) + WEB


HOSTILE = {
    "alias bomb": (laughs(9, 10), "aliases"),
    "wide alias bomb": ("x-a: &a [" + "1, " * 5000 + "1]\nx-b: [" + "*a, " * 5000 + "*a]\n", "aliases"),
    "merge key bomb": (merges(1500), "aliases"),
    "circular alias": ("x-a: &a [*a]\n" + WEB, "own anchor"),
    "deep flow sequences": ("x-a: " + "[" * 10_000 + "]" * 10_000, "nests"),
    "deep flow mappings": ("x-a: " + "{a: " * 10_000 + "}" * 10_000, "nests"),
    "deep block mappings": ("\n".join(" " * i + f"x{i}:" for i in range(3000)), "nests"),
    "deep block sequences": ("x-a:\n  " + "- " * 10_000 + "x\n", "nests"),
    "allowed depth": ("x-a: " + "[" * 190 + "]" * 190 + "\n" + WEB, ""),
    "many values": ("x-a: [" + "1," * 500_000 + "]\n", "values"),
    "scalar of 50 MB": (WEB + "    labels: {a: '" + "x" * 50_000_000 + "'}\n", "larger than 10 MiB"),
    "scalar of 9 MB": (WEB + "    labels: {a: '" + "x" * 9_000_000 + "'}\n", ""),
    "variables in 9 MB": (WEB + "    labels: {a: '" + "${A:-b}" * 1_200_000 + "'}\n", "200,000 characters"),
    "many variables": (WEB + "    labels: {a: '" + "${A:-b}" * 25_000 + "'}\n", ""),
    "nested defaults": (
        WEB + "    labels: {a: '" + "${A:-" * 20_000 + "}" * 20_000 + "'}\n",
        "nests defaults",
    ),
    "open defaults": (WEB + "    labels: {a: '" + "${A:-" * 39_000 + "'}\n", "invalid interpolation"),
    "NUL byte": (WEB.encode() + b"    user: 'a\0b'\n", "NUL"),
    "not UTF-8": (WEB.encode() + b"    user: '\xff\xfe'\n", "not UTF-8"),
    "UTF-16": (WEB.encode("utf-16"), ""),
    "broken UTF-16": (b"\xff\xfea", "UTF-16"),
    "control character": (WEB + "    user: 'a\x01'\n", "not valid YAML"),
    "duplicate key": (WEB + "    image: y\n", "twice"),
    "duplicate key far away": (WEB + "networks: {}\nservices: {}\n", "twice"),
    "tab": ("services:\n\tweb:\n\t\timage: x\n", "not valid YAML"),
    "open quote": (WEB + "    user: '" + "x\n" * 100_000, "not valid YAML"),
    "two documents of nothing": ("---\n---\n---\n", "no mapping"),
    "many documents": ("---\nservices: {web: {image: x, labels: [a=1]}}\n" * 1500, ""),
    "many ports": (WEB + "    ports: ['1-65535:1-65535']\n", ""),
    "port ranges": (
        WEB + "    ports:\n" + "".join(f"    - '{i}-65535:{i}-65535'\n" for i in range(1, 9)),
        "ports",
    ),
    "many tags": (WEB + "".join(f"  s{i}: !reset null\n" for i in range(20_000)), ""),
    "long key": (WEB + "    labels: {" + "k" * 1000 + ": x}\n", ""),
    "a key of 1 MB": (WEB + "    labels: {? " + "k" * 1_000_000 + " : x}\n", ""),
    "merge of itself": ("x-a: &a\n  <<: *a\n" + WEB, "own anchor"),
    "extends itself": ("services:\n  web: {extends: web, image: x}\n", "circle"),
    "extends in a circle": (
        "services:\n  a: {image: x, extends: b}\n  b: {extends: c}\n  c: {extends: a}\n",
        "circle",
    ),
    "includes itself": ("include: [compose.yaml]\n" + WEB, "includes this file again"),
    "includes outside": (
        "include: [../../../../etc/passwd, /etc/hostname]\n" + WEB,
        "outside of the repository",
    ),
    "extends from outside": ("services:\n  a: {extends: {file: /etc/passwd, service: x}}\n", "outside"),
    "env file outside": (WEB + "    env_file: [/etc/environment, ../../x.env]\n", "not there"),
    "dependency circle": (
        "services:\n"
        + "".join(f"  s{i}: {{image: x, depends_on: [s{(i + 1) % 3000}]}}\n" for i in range(3000)),
        "circle",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_reported_in_bounded_time(tmp_path: Path, name: str) -> None:
    content, words = HOSTILE[name]
    found = said(bounded(tmp_path, {"compose.yaml": content}))
    assert words in found if words else not found


LOAD = """
import pathlib, resource, sys
from confguard.discover.project import Listing, Project
from confguard.model.compose import load

limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
for name in sys.argv[2:]:
    project = Project(pathlib.Path.cwd().resolve(), Listing((name,), "walk"))
    model = load(project, (name,))
    print(name, *(problem.message for problem in (*model.problems, *project.problems)))
"""
"""Reads files in a process that gets no more memory: to trace every allocation takes six times as long."""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not hold a process to such a limit")
def test_hostile_files_take_bounded_memory(tmp_path: Path) -> None:
    names = ("alias bomb", "merge key bomb", "many values", "many ports", "scalar of 9 MB")
    for name in names:
        (tmp_path / name).write_text(str(HOSTILE[name][0]))
    command = [sys.executable, "-c", LOAD, str(BYTES), *names]
    done = subprocess.run(command, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for name, line in zip(names, done.stdout.splitlines(), strict=True):
        words = HOSTILE[name][1]
        assert line.startswith(name) and words in line and (words or line == name)


def test_files_that_include_each_other_end(tmp_path: Path) -> None:
    names = [f"{letter}.yaml" for letter in "abcdefgh"]
    files = {name: f"include: [{', '.join(other for other in names if other != name)}]\n" for name in names}
    assert "again" in said(bounded(tmp_path, files, "a.yaml"))


def test_a_pyramid_of_includes_ends(tmp_path: Path) -> None:
    files = {f"f{i}.yaml": f"include: [{', '.join([f'f{i + 1}.yaml'] * 4)}]\n" for i in range(12)}
    files["f12.yaml"] = WEB
    assert "500" in said(bounded(tmp_path, files, "f0.yaml"))


def test_services_that_extend_from_a_file_again_and_again_end(tmp_path: Path) -> None:
    base = "services:\n" + "".join(f"  s{i}: {{image: x}}\n" for i in range(300))
    over = "".join(f"  t{i}: {{extends: {{file: base.yaml, service: s{i}}}}}\n" for i in range(300))
    found = bounded(tmp_path, {"compose.yaml": f"services:\n{over}", "base.yaml": base})
    assert not said(found) and len(found[0].services) == 300


def test_a_link_out_of_the_repository_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("services:\n  stolen: {image: x}\n")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (inside / "compose.yaml").write_text("include: [link.yaml]\n" + WEB)
    project = Project(inside.resolve(), Listing(("compose.yaml", "link.yaml"), "walk"))
    model = load(project, ("compose.yaml",))
    assert "stolen" not in model.services and model.problems
