"""Files that the settings write themselves are not absent when they read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from confguard.model.django.values import plain
from confguard.model.value import Unknown
from tests.model.django.test_settings import evaluated

PATHS = """
import os
import shutil
import subprocess
from pathlib import Path
from secrets import token_hex
BASE = Path(__file__).parent
KEY = os.path.join(BASE, "private", "key.txt")
"""


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    with open(KEY, 'x') as f:\n        f.write('a')\nexcept FileExistsError:\n    pass\n",
        "with open(KEY, 'w') as f:\n    f.write('a')\n",
        "with open(KEY, 'a+') as f:\n    pass\n",
        "Path(KEY).write_text(token_hex())\n",
        "Path(KEY).touch(exist_ok=True)\n",
        "(BASE / 'private' / 'key.txt').write_bytes(b'a')\n",
        "if not os.path.exists(KEY):\n    Path(KEY).write_text('a')\n",
    ],
)
def test_what_is_written_first_can_be_read(tmp_path: Path, text: str) -> None:
    settings = evaluated(tmp_path, f"{PATHS}{text}with open(KEY) as f:\n    SECRET_KEY = f.read()\n")
    assert isinstance(settings.values["SECRET_KEY"], Unknown)
    assert not settings.failures


@pytest.mark.parametrize(
    "text",
    [
        "from lib import first\nif first:\n    Path(KEY).write_text('a')\n",
        "shutil.copy('/etc/key', KEY)\n",
        "shutil.copytree('/etc/keys', BASE / 'private')\n",
        "subprocess.run(['openssl', 'rand', '-out', KEY])\n",
        "(BASE / 'new.txt').rename(KEY)\n",
        "from keys import make\nmake(KEY)\n",
    ],
)
def test_what_may_be_written_first_may_be_read(tmp_path: Path, text: str) -> None:
    settings = evaluated(tmp_path, f"{PATHS}{text}SECRET_KEY = Path(KEY).read_text()\n")
    assert isinstance(settings.values["SECRET_KEY"], Unknown)
    assert not settings.failures


@pytest.mark.parametrize(
    "text",
    [
        "",
        "os.makedirs(os.path.dirname(KEY), exist_ok=True)\n",
        "Path(KEY + '.new').write_text('a')\n",
        "open(KEY).read()\nPath(KEY).write_text('a')\n",
    ],
)
def test_what_is_written_nowhere_or_later_is_absent(tmp_path: Path, text: str) -> None:
    settings = evaluated(tmp_path, f"{PATHS}{text}SECRET_KEY = open(KEY).read()\n")
    assert [one.exception for one in settings.failures] == ["FileNotFoundError"]


def test_a_file_of_the_project_is_what_it_is_until_it_is_written(tmp_path: Path) -> None:
    text = (
        "from lib import look\nVERSION = BASE / 'version.txt'\nlook(VERSION)\nBEFORE = VERSION.read_text()\n"
        "VERSION.write_text('2')\nAFTER = VERSION.read_text()\n"
        "MADE = os.path.isdir(BASE / 'made')\nos.makedirs(BASE / 'made')\n"
        "THERE = os.path.isdir(BASE / 'made')\n"
    )
    settings = evaluated(tmp_path, PATHS + text, **{"version.txt": "1"})
    assert plain(settings.values["BEFORE"]) == "1\n"
    assert isinstance(settings.values["AFTER"], Unknown)
    assert plain(settings.values["MADE"]) is False
    assert isinstance(settings.values["THERE"], Unknown)
