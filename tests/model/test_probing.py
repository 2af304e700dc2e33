"""What health checks run."""

from __future__ import annotations

import pytest

from confguard import run
from confguard.model.probing import probe_of


def _probe(tmp_path, test, dockerfile="FROM python:3.13\n"):
    (tmp_path / "compose.prod.yaml").write_text(
        f"services:\n  web:\n    build: .\n    healthcheck:\n      test: {test}\n" if test else
        "services:\n  web:\n    build: .\n", encoding="utf-8")  # fmt: skip
    (tmp_path / "Dockerfile").write_text(dockerfile, encoding="utf-8")
    repo = run.repo(tmp_path, run.settings_for(tmp_path))
    return probe_of(repo.production[0].processes["web"])


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("curl -f http://localhost:8000/a/ || exit 1", ("curl", "localhost", 8000, "/a/", True, False)),
        ("[CMD, curl, -fsSL, localhost]", ("curl", "localhost", 80, "/", True, True)),
        (
            "[CMD, curl, -s, -o, /dev/null, 'http://127.0.0.1:9/x']",
            ("curl", "127.0.0.1", 9, "/x", False, False),
        ),
        ("wget -q --tries 1 --spider http://localhost:3000/", ("wget", "localhost", 3000, "/", True, True)),
        (
            """["CMD", "python", "-c", "import urllib.request as r; r.urlopen('http://[::1]:8000/h')"]""",
            ("python", "[::1]", 8000, "/h", True, True),
        ),
        (
            """["CMD", "python3", "-c", "import requests; requests.get('http://localhost:8000')"]""",
            ("python3", "localhost", 8000, "/", False, True),
        ),
    ],
)
def test_a_request_is_read_from_the_command(tmp_path, test, expected):
    probe = _probe(tmp_path, test)
    request = probe.request
    found = (probe.tool, request.host, request.port, request.path, request.fails_on_error, request.follows)
    assert found == expected


@pytest.mark.parametrize(
    ("options", "looks", "fails"),
    [
        ("-fsS", False, True),
        ("-fsSI", True, True),
        ("-o/dev/null -w %{http_code}", True, False),
        ("-f --dump-header head.txt", True, True),
        ("-fofile", False, True),
        ("-ofile", False, False),
        ("-HX-Failed:Is", False, False),
    ],
)
def test_what_shows_the_status_is_seen_and_values_are_no_options(tmp_path, options, looks, fails):
    request = _probe(tmp_path, f"curl {options} http://localhost/a").request
    assert (request.looks, request.fails_on_error, request.path) == (looks, fails, "/a")


def test_headers_are_read(tmp_path):
    probe = _probe(tmp_path, "[CMD, curl, -fH, 'Host: shop.example.com', '-HX-A:b', 'http://localhost']")
    assert probe.request.headers == {"host": "shop.example.com", "x-a": "b"}


@pytest.mark.parametrize(
    "test",
    [
        "curl -f http://a || wget http://b",
        "curl -f http://localhost || true",
        "[NONE]",
    ],
)
def test_a_check_of_several_programs_or_without_effect_is_none(tmp_path, test):
    assert _probe(tmp_path, test) is None


def test_the_image_hands_its_check_on(tmp_path):
    probe = _probe(
        tmp_path, "", 'FROM python:3.13\nHEALTHCHECK --timeout=3s CMD ["curl", "http://localhost"]\n'
    )
    assert (probe.tool, probe.inherited, probe.request.port) == ("curl", True, 80)


@pytest.mark.parametrize(
    ("test", "needs"),
    [
        ('["CMD", "redis-cli ping || exit 1"]', True),
        ('["CMD", "curl", "-f", "http://localhost/", "||", "exit 1"]', True),
        ('["CMD", "python", "probe.py", "||", "exit 1"]', False),
        ('["CMD-SHELL", "redis-cli ping || exit 1"]', False),
        ("redis-cli ping || exit 1", False),
        ('["CMD", "sh", "-c", "redis-cli ping || exit 1"]', False),
    ],
)
def test_what_is_for_a_shell_fails_without_one(deployment_of, test, needs):
    compose = f"services:\n  web:\n    image: redis:7\n    healthcheck:\n      test: {test}\n"
    probe = probe_of(deployment_of({"compose.prod.yaml": compose}).processes["web"])
    assert probe is not None
    assert probe.needs_shell is needs
