"""A repository with many findings adopts confguard: the baseline from the first day to the last."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
from click.testing import CliRunner

from confguard.cli import main
from tests.conftest import write_files

COMPOSE = """\
services:
  db:
    image: postgres:latest
    environment:
      POSTGRES_PASSWORD: postgres
    ports:
      - "5432:5432"
    volumes:
      - data:/var/lib/postgresql/data
  cache:
    image: redis
    ports:
      - "6379:6379"
  web:
    build: ./backend
    command: gunicorn shop.wsgi -b 0.0.0.0:8000
    environment:
      DATABASE_URL: postgres://postgres:postgres@db:5432/postgres
      DJANGO_SETTINGS_MODULE: shop.settings
  proxy:
    image: nginx:latest
    ports:
      - "80:80"
    volumes:
      - ./nginx/shop.conf:/etc/nginx/conf.d/default.conf:ro
volumes:
  data:
"""
NGINX = """\
server {
    listen 80;
    server_name shop.example;
    add_header X-Content-Type-Options nosniff;
    location / {
        proxy_pass http://web:8000;
        proxy_set_header Host $host;
    }
    location /old/ {
        add_header X-Old yes;
        proxy_pass http://web:8000;
    }
}
"""
SETTINGS = """\
import os

SECRET_KEY = "django-insecure-6)q&v3n8p#t1z$w5x7y9a2c4e6g8i0k"
DEBUG = True
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = "shop.urls"
API_URL = os.environ["API_URL"]
"""
FILES = {
    "compose.prod.yaml": COMPOSE,
    "nginx/shop.conf": NGINX,
    "backend/Dockerfile": "FROM python:3.13-slim\nCOPY . /app\nWORKDIR /app\n",
    "backend/manage.py": 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
    "backend/shop/settings.py": SETTINGS,
    "backend/shop/urls.py": "urlpatterns = []\n",
    "backend/shop/wsgi.py": (
        "import os\nfrom django.core.wsgi import get_wsgi_application\n"
        'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n'
        "application = get_wsgi_application()\n"
    ),
}


class Team:
    """A repository under git, and the commands that its people run."""

    def __init__(self, root):
        self.root = write_files(root, FILES)
        self.git("init", "-q")
        self.commit()

    def git(self, *arguments):
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@localhost", *arguments],
            cwd=self.root,
            check=True,
        )

    def commit(self):
        self.git("add", "-A")
        self.git("commit", "-qm", "x")

    def write(self, path, text):
        write_files(self.root, {path: text})
        self.git("add", "-A")

    def edit(self, path, old, new):
        text = (self.root / path).read_text()
        assert old in text
        self.write(path, text.replace(old, new))

    def confguard(self, *arguments):
        return CliRunner().invoke(main, [*arguments, str(self.root)])

    def check(self, *options):
        """Return the exit code and the rules that are shown, in their order."""
        result = self.confguard("check", "--output-format", "json", *options)
        facts = json.loads(result.output)
        return result.exit_code, [one["rule"] for one in facts["findings"]]

    @property
    def known(self):
        return json.loads((self.root / "confguard-baseline.json").read_text())["findings"]


@pytest.fixture
def team(tmp_path, monkeypatch):
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    return Team(tmp_path / "shop")


def test_the_first_year_of_a_legacy_repository(team):
    # Monday: far too much to mend at once. The baseline takes it, and the pipeline is green.
    code, rules = team.check()
    assert code == 1
    assert len(rules) >= 10
    assert len(set(rules)) >= 8
    created = team.confguard("baseline", "create")
    assert f"{len(rules)} findings written down" in created.output
    team.commit()
    assert team.check() == (0, [])
    assert "postgres://" not in (team.root / "confguard-baseline.json").read_text()

    # Tuesday: a new service, with a defect of a kind that is known ten times over. It is refused.
    broker = '  broker:\n    image: rabbitmq:4.1.4\n    ports:\n      - "5672:5672"\n'
    team.edit("compose.prod.yaml", "  web:\n", f"{broker}  web:\n")
    code, rules = team.check()
    assert code == 1
    assert "published-datastore-port" in rules
    assert len(rules) <= 3
    team.edit("compose.prod.yaml", broker, "")
    assert team.check() == (0, [])

    # Wednesday: the same defect a second time, at a place that has it once.
    team.edit("compose.prod.yaml", '      - "6379:6379"\n', '      - "6379:6379"\n      - "16379:6379"\n')
    assert "published-datastore-port" in team.check()[1]
    team.edit("compose.prod.yaml", '      - "16379:6379"\n', "")

    # Thursday: somebody reformats everything. Nothing is new.
    compose = (team.root / "compose.prod.yaml").read_text()
    longer = "# The shop.\n\n" + re.sub(r"^( +)", lambda match: match[1] * 2, compose, flags=re.MULTILINE)
    team.write("compose.prod.yaml", longer.replace('"5432:5432"', "'5432:5432'"))
    team.write("nginx/shop.conf", "# the shop\n\n" + NGINX.replace("    ", "\t").replace(" {\n", "\n{\n"))
    team.write("backend/shop/settings.py", f'"""Settings."""\n\n{SETTINGS}\n\n# the end\n')
    assert team.check() == (0, [])

    # Friday: files are renamed, the settings move into a package of their own. Nothing is new.
    team.git("mv", "compose.prod.yaml", "compose.production.yaml")
    team.git("mv", "nginx", "proxy")
    team.edit("compose.production.yaml", "./nginx/shop.conf", "./proxy/shop.conf")
    team.commit()
    assert team.check() == (0, [])

    # One thing is mended. The entry is told to be stale, and prune takes it out under the new names.
    before = len(team.known)
    team.edit(
        "compose.production.yaml", "            - '5432:5432'\n", "            - '127.0.0.1:5432:5432'\n"
    )
    code, rules = team.check()
    assert (code, rules) == (0, ["stale-baseline"])
    pruned = team.confguard("baseline", "prune")
    assert "1 taken out" in pruned.output, pruned.output
    assert len(team.known) == before - 1
    assert not any("compose.prod.yaml" in entry["paths"] for entry in team.known)
    assert any("proxy/shop.conf" in entry["paths"] for entry in team.known)
    team.commit()
    assert team.check() == (0, [])

    # And what was mended cannot come back.
    team.edit("compose.production.yaml", "'127.0.0.1:5432:5432'", "'5432:5432'")
    code, rules = team.check()
    assert (code, rules) == (1, ["published-datastore-port"])


def test_a_part_of_what_is_known_is_mended(team):
    """Three variables are missing; delivering one of them leaves the others known."""
    keys = 'MAIL_URL = os.environ["MAIL_URL"]\nSEARCH_URL = os.environ["SEARCH_URL"]\n'
    team.write("backend/shop/settings.py", SETTINGS + keys)
    team.confguard("baseline", "create")
    known = [entry["address"] for entry in team.known if entry["rule"] == "undelivered-variable"]
    team.edit(
        "compose.prod.yaml",
        "      DJANGO_SETTINGS_MODULE",
        "      API_URL: https://api.example\n      DJANGO_SETTINGS_MODULE",
    )
    assert known
    assert team.check()[0] == 0
    assert team.confguard("baseline", "prune").exit_code == 0
    left = [entry["address"] for entry in team.known if entry["rule"] == "undelivered-variable"]
    assert "API_URL" in str(known)
    assert "API_URL" not in str(left)
    assert "MAIL_URL" in str(left)
    assert team.check() == (0, [])


def test_two_branches_change_the_baseline(team):
    """One branch mends, the other knows more: git's own merge of the lines, and the result holds both."""
    team.confguard("baseline", "create")
    team.commit()
    base = len(team.known)
    team.git("checkout", "-qb", "mend")
    team.edit("nginx/shop.conf", "        add_header X-Old yes;\n", "")
    team.confguard("baseline", "update")
    mended = base - len(team.known)
    assert mended >= 1
    team.commit()
    team.git("checkout", "-q", "-")
    team.edit("compose.prod.yaml", "  web:\n", "  queue:\n    image: rabbitmq:latest\n  web:\n")
    team.confguard("baseline", "update")
    more = len(team.known) - base
    assert more >= 1
    team.commit()
    team.git("merge", "-q", "--no-edit", "mend")
    assert len(team.known) == base + more - mended
    assert team.check() == (0, [])
