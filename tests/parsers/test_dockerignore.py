"""What a .dockerignore leaves out; most cases are those of moby/patternmatcher's own tests."""

from __future__ import annotations

import time

import pytest

from confguard.parsers.dockerignore import parse
from confguard.source import SourceFile


def leaves_out(text, path):
    return parse(SourceFile(".dockerignore", text)).leaves_out(path)


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("**", "file", True),
        ("**/", "dir/file", True),
        ("dir/**", "dir/dir2/file", True),
        ("abc/**", "abc", False),
        ("**/dir2/*", "dir/dir2/file", True),
        ("**/foo/bar", "foo/bar", True),
        ("**/node_modules", "frontend/node_modules/x/y.js", True),
        ("*.md", "README.md", True),
        ("*.md", "docs/README.md", False),
        ("**/*.md", "docs/README.md", True),
        (".*", ".env", True),
        (".*", "app.env", False),
        ("abc.def", "abcXdef", False),
        ("a[b-d]e", "ace", True),
        ("a[b-d]e", "aae", False),
        ("a[^b-d]e", "aze", True),
        ("file?.txt", "file1.txt", True),
        ("file?.txt", "file/.txt", False),
        ("/docs", "docs/index.md", True),
        ("docs/", "docs/index.md", True),
        ("./docs", "docs/index.md", True),
        ("a\\*b", "a*b", True),
        ("a\\*b", "axb", False),
        ("[", "x", False),
        ("", "x", False),
        ("# x", "# x", False),
    ],
)
def test_a_pattern_starts_from_the_root_and_takes_all_below(pattern, path, expected):
    assert leaves_out(pattern, path) is expected


def test_the_last_pattern_that_matches_decides():
    text = "*\n!src\nsrc/secret.py\n"
    assert leaves_out(text, "README.md")
    assert not leaves_out(text, "src/app/main.py")
    assert leaves_out(text, "src/secret.py")
    assert not leaves_out("docs\n!docs/README.md\n", "docs/README.md")


def test_patterns_full_of_stars_end_soon():
    path = "a" * 200 + "/" + "a" * 200
    start = time.process_time()
    assert not leaves_out("*a" * 40 + "b\n" + "**/" * 60 + "b\n" + "**a" * 40 + "b\n", path)
    assert leaves_out("*a" * 40 + "*\n", path)
    assert time.process_time() - start < 2


def test_the_root_itself_is_never_left_out():
    assert not leaves_out("**\n", "")
