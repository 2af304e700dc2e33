"""Plans asked of small repositories."""

from __future__ import annotations

from functools import lru_cache

import pytest

from confguard import run
from confguard.config import Settings
from confguard.readiness import Subject
from confguard.readiness.assess import assess
from confguard.readiness.plan import load_plan
from tests.conftest import write_files
from tests.readiness import shop

FILES = {
    "compose.prod.yaml": "services:\n  web:\n    build: .\n    env_file: .env\n"
    "  proxy:\n    image: nginx:1.29.3\n    profiles: [proxy]\n"
    "    volumes: ['./nginx.conf:/etc/nginx/conf.d/default.conf:ro']\n",
    ".env.example": "SECRET_KEY=change-me\nDEBUG=false\nALLOWED_HOSTS=shop.example\nEMPTY=\n",
    "Dockerfile": 'FROM python:3.13.1\nWORKDIR /app\nCOPY . .\nCMD ["gunicorn", "shop.wsgi"]\n',
    "nginx.conf": "server {\n    listen 80;\n    location / { proxy_pass http://web:8000; }\n}\n",
    "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
    "shop/__init__.py": "",
    "shop/settings.py": "import os\nSECRET_KEY = os.environ['SECRET_KEY']\n"
    "DEBUG = os.environ.get('DEBUG', 'true') == 'true'\n"
    "ALLOWED_HOSTS = os.environ['ALLOWED_HOSTS'].split(',')\nINSTALLED_APPS = []\nMIDDLEWARE = []\n"
    "ROOT_URLCONF = 'shop.urls'\nLIMIT = 5\nPATHS = [open('x').read()]\n",
}


@pytest.fixture(scope="session")
def checked(tmp_path_factory):
    """Return a function that checks the product with other files, None for one that is taken away.

    Each look is tried on several of the same products: what one of them is checked for serves all.
    """

    @lru_cache(maxsize=32)
    def done(files):
        return run.check(write_files(tmp_path_factory.mktemp("shop"), dict(files)), Settings())

    def check(changes):
        files = {path: text for path, text in {**shop.FILES, **changes}.items() if text is not None}
        return done(tuple(sorted(files.items())))

    return check


@pytest.fixture
def subject_of(repository):
    """Return a function that makes a subject of a small repository, with changed files."""

    def make(changes=None):
        files = {path: text for path, text in {**FILES, **(changes or {})}.items() if text is not None}
        done = run.check(repository(files), Settings())
        return Subject(done.repo, done.repo.production[0], done.report.findings)

    return make


@pytest.fixture
def answers_of(subject_of, tmp_path):
    """Return a function that answers the rows of a plan: id to answer."""

    def answer(rows, changes=None):
        path = tmp_path / "plan.toml"
        path.write_text('title = "T"\n[[phases]]\nnumber = 1\ntitle = "One"\n' + rows)
        found = assess(load_plan(str(path)), subject_of(changes))
        return {one.row.id: one for one in found.answers}

    return answer
