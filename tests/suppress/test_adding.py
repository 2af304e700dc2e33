"""Writing suppressions: at the right place in each language, and nowhere else."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confguard.discover.kinds import Kind, classify
from confguard.discover.project import open_project
from confguard.finding import Finding, Label
from confguard.source import SourceFile
from confguard.suppress import Suppression, covers, find_suppressions
from confguard.suppress.adding import add_comments, table_of

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"

COMPOSE = """\
services:
  web:
    image: nginx
    command: |
      echo one
      echo two
    environment: {A: "1",
      B: "2"}
    labels:
      - "a long
        text"
"""
NGINX = """\
server {
    listen 80;
    add_header X-A "one
    two";
    location / { proxy_pass http://web; }
}
"""
PYTHON = '''\
DEBUG = True
HOSTS = [
    "a",
]
TEXT = """
b
"""
'''
DOCKERFILE = """\
# syntax=docker/dockerfile:1
FROM python:3.13
RUN apt-get update \\
    && apt-get install -y git
RUN <<EOT
echo one
EOT
"""
ENV = """\
A=1
B="two
lines"
"""
MAKE = """\
deploy:
\tdocker compose up -d \\
\t\t--build
define TEXT
docker compose
endef
"""
SHELL = """\
#!/bin/sh
docker compose \\
  up -d
cat <<EOT
docker compose up
EOT
echo 'one
two'  # it's over
docker compose down
"""
TOML = """\
[tool.poetry.dependencies]
django = "5"
text = \"\"\"
a
\"\"\"
"""


def added(text, kind, line, *, path="file", rules=("rule-a",), reason="meant"):
    source = SourceFile(path, text)
    new, refused = add_comments(source, kind, {line: rules}, reason)
    if refused:
        assert new == text
        return None
    return new


@pytest.mark.parametrize(
    ("text", "kind", "path", "line", "above"),
    [
        (COMPOSE, Kind.COMPOSE, "c.yaml", 3, "    # confguard: ignore[rule-a] meant|    image: nginx"),
        (COMPOSE, Kind.COMPOSE, "c.yaml", 4, "    # confguard: ignore[rule-a] meant|    command: |"),
        (COMPOSE, Kind.COMPOSE, "c.yaml", 8, '      # confguard: ignore[rule-a] meant|      B: "2"}'),
        (NGINX, Kind.NGINX, "n.conf", 2, "    # confguard: ignore[rule-a] meant|    listen 80;"),
        (NGINX, Kind.NGINX, "n.conf", 5, "    # confguard: ignore[rule-a] meant|    location / { proxy"),
        (PYTHON, Kind.SETTINGS, "s.py", 1, "# confguard: ignore[rule-a] meant|DEBUG = True"),
        (PYTHON, Kind.SETTINGS, "s.py", 3, '    # confguard: ignore[rule-a] meant|    "a",'),
        (PYTHON, None, "models.py", 1, "# confguard: ignore[rule-a] meant|DEBUG = True"),
        (DOCKERFILE, Kind.DOCKERFILE, "Dockerfile", 2, "# confguard: ignore[rule-a] meant|FROM python:3.13"),
        (
            DOCKERFILE,
            Kind.DOCKERFILE,
            "Dockerfile",
            4,
            "# confguard: ignore[rule-a] meant|RUN apt-get update",
        ),
        (ENV, Kind.ENV, ".env", 1, "# confguard: ignore[rule-a] meant|A=1"),
        (MAKE, Kind.MAKEFILE, "Makefile", 1, "# confguard: ignore[rule-a] meant|deploy:"),
        (MAKE, Kind.MAKEFILE, "Makefile", 2, "# confguard: ignore[rule-a] meant|\tdocker compose up -d"),
        (MAKE, Kind.MAKEFILE, "Makefile", 3, "# confguard: ignore[rule-a] meant|\tdocker compose up -d"),
        (SHELL, Kind.SCRIPT, "run.sh", 3, "# confguard: ignore[rule-a] meant|docker compose"),
        (SHELL, Kind.SCRIPT, "bin/run", 9, "# confguard: ignore[rule-a] meant|docker compose down"),
        (TOML, Kind.REQUIREMENTS, "pyproject.toml", 2, '# confguard: ignore[rule-a] meant|django = "5"'),
        (
            "django==5\n",
            Kind.REQUIREMENTS,
            "requirements.txt",
            1,
            "# confguard: ignore[rule-a] meant|django==5",
        ),
        ("*.log\n", Kind.DOCKERIGNORE, ".dockerignore", 1, "# confguard: ignore[rule-a] meant|*.log"),
    ],
)
def test_a_comment_stands_above_the_line_as_deep_as_it_is(text, kind, path, line, above):
    new = added(text, kind, line, path=path)
    assert new is not None
    assert above.replace("|", "\n", 1) in new
    assert new.replace(above.split("|")[0] + "\n", "", 1) == text


@pytest.mark.parametrize(
    ("text", "kind", "path", "line"),
    [
        (COMPOSE, Kind.COMPOSE, "c.yaml", 5),
        (COMPOSE, Kind.COMPOSE, "c.yaml", 6),
        (COMPOSE, Kind.COMPOSE, "c.yaml", 11),
        (COMPOSE.replace("web:", "web"), Kind.COMPOSE, "c.yaml", 3),
        (NGINX, Kind.NGINX, "n.conf", 4),
        (PYTHON, Kind.SETTINGS, "s.py", 6),
        ("#!/usr/bin/env python\nA = 1\n", Kind.ENTRY_POINT, "manage.py", 1),
        ("# -*- coding: latin-1 -*-\nA = 1\n", Kind.SETTINGS, "s.py", 1),
        (DOCKERFILE, Kind.DOCKERFILE, "Dockerfile", 1),
        (DOCKERFILE, Kind.DOCKERFILE, "Dockerfile", 6),
        (ENV, Kind.ENV, ".env", 3),
        (MAKE, Kind.MAKEFILE, "Makefile", 5),
        (SHELL, Kind.SCRIPT, "run.sh", 1),
        (SHELL, Kind.SCRIPT, "run.sh", 5),
        (SHELL, Kind.SCRIPT, "run.sh", 8),
        ("docker compose up\n", Kind.SCRIPT, "run.ps1", 1),
        ('{"a": 1}\n', Kind.PACKAGE_JSON, "package.json", 1),
        ("# Title\n", Kind.DOCUMENT, "README.md", 1),
        ("test:\n  docker compose up\n", Kind.TASKS, "justfile", 2),
        (TOML, Kind.REQUIREMENTS, "pyproject.toml", 4),
        ("A=1\n", Kind.ENV, ".env", 9),
    ],
)
def test_where_it_would_be_text_or_nobody_knows_there_is_none(text, kind, path, line):
    assert added(text, kind, line, path=path) is None


def test_line_endings_stay():
    text = COMPOSE.replace("\n", "\r\n")
    new = added(text, Kind.COMPOSE, 3)
    assert new.count("\n") == new.count("\r\n") == text.count("\n") + 1


def test_a_form_feed_is_no_end_of_a_line():
    new = added("A = 1\x0c\nB = 2\n", Kind.SETTINGS, 2)
    assert new == "A = 1\x0c\n# confguard: ignore[rule-a] meant\nB = 2\n"


def test_rules_for_one_line_share_a_comment_and_one_that_is_there_gets_their_names():
    new = added(COMPOSE, Kind.COMPOSE, 3, rules=("b", "a"))
    assert "# confguard: ignore[a, b] meant\n" in new
    again = added(new, Kind.COMPOSE, 4, rules=("a", "c"))
    assert "# confguard: ignore[a, b, c] meant\n" in again
    assert again.count("confguard") == 1
    other = added(new, Kind.COMPOSE, 4, rules=("c",), reason="another reason")
    assert (
        "    # confguard: ignore[a, b] meant\n    # confguard: ignore[c] another reason\n    image" in other
    )
    silent = added(new, Kind.COMPOSE, 4, rules=("c",), reason="")
    assert "# confguard: ignore[a, b, c] meant\n" in silent


def test_what_is_silenced_already_is_left_alone_and_what_expires_is_not_extended():
    text = "# confguard: ignore-file[a] generated\nx: 1  # confguard: ignore[b] until=2027-01-31 r\n"
    assert added(text, Kind.COMPOSE, 2, rules=("a",)) == text
    assert added(text, Kind.COMPOSE, 2, rules=("b",), reason="r").count("\n# confguard: ignore[b] r\n") == 1


def test_several_lines_of_one_file_at_once():
    new, refused = add_comments(SourceFile("c", COMPOSE), Kind.COMPOSE, {2: {"a"}, 3: {"b"}, 5: {"c"}}, "")
    assert refused == {5}
    assert "  # confguard: ignore[a]\n  web:\n    # confguard: ignore[b]\n    image" in new


def files_of_fixtures():
    for root in sorted(path for path in FIXTURES.iterdir() if path.is_dir()):
        if root.name != "conformance":
            project = open_project(root)
            for file in classify(project):
                source = project.read(file.path)
                if source is not None and source.text and source.line_count < 150:
                    yield pytest.param(source, file.kind, id=f"{root.name}/{file.path}")


@pytest.mark.parametrize(("source", "kind"), list(files_of_fixtures()))
def test_wherever_a_comment_is_written_it_is_read_and_covers_the_line(source, kind):
    for line in range(1, source.line_count + 1):
        new, refused = add_comments(source, kind, {line: ("rule-a",)}, "meant")
        if refused:
            assert new == source.text
            continue
        made = SourceFile(source.path, new)
        comments = [one for one in find_suppressions(made, kind) if isinstance(one, Suppression)]
        subject = Finding("m", Label(made.line_span(line + 1)), rule="rule-a")
        assert any(covers(one, subject) for one in comments), f"line {line}"


@given(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=12),
    st.lists(st.text(st.characters(codec="utf-8"), max_size=6), max_size=3),
    st.text(st.characters(codec="utf-8"), max_size=12),
)
def test_a_table_means_one_path_and_one_address_whatever_is_in_them(path, address, reason):
    from pathspec import GitIgnoreSpec

    path = path.replace("\0", "").replace("/", "-").replace("\n", "").replace("\r", "") or "x"
    finding = Finding(
        "m", Label(SourceFile(path, "x").line_span(1)), rule="unpinned-image", address=tuple(address)
    )
    (table,) = tomllib.loads(table_of(finding, reason, "suppressions"))["suppressions"]
    assert table.get("address", []) == address
    assert table.get("reason", "") == reason
    if path.strip() == path and path not in (".", ".."):
        spec = GitIgnoreSpec.from_lines([table["path"]])
        assert spec.match_file(path)
        assert not spec.match_file(f"x{path}")
