"""A real server with a real client: open, edit, save, fix, hover, definition, several projects, shutdown."""

from __future__ import annotations

import asyncio
import gc
import importlib
import subprocess

import pytest
from lsprotocol import types

from tests.conftest import write_files
from tests.database_stack import PORTS, published_with
from tests.server.editor import Editor, applied

COMPOSE = published_with("""\
  web:
    build: .
    command: gunicorn shop.wsgi -b 0.0.0.0:8000
    environment:
      DJANGO_SETTINGS_MODULE: shop.settings
      GREETING: "🐘🐘 ${GREETING}"
      SECRET_KEY: ${SECRET_KEY}
      DEBUG: ${DEBUG}
  proxy:
    image: nginx:1.28.0
    ports: ["80:80"]
    volumes:
      - ./nginx/default.conf:/etc/nginx/conf.d/default.conf:ro
""")
NGINX = """\
server {
    listen 80;
    add_header X-Frame-Options SAMEORIGIN always;  # 🐘 é
    location / {
        proxy_pass http://web:8000;
        add_header X-Shop 1 always;
    }
}
"""
SETTINGS = """\
import os

SECRET_KEY = os.environ["SECRET_KEY"]
DEBUG = os.environ["DEBUG"] == "true"
GREETING = os.environ["GREETING"]
ALLOWED_HOSTS = ["shop.example"]
INSTALLED_APPS = ["django.contrib.auth"]
MIDDLEWARE = []
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"
"""
FILES = {
    "compose.yaml": COMPOSE,
    ".env.example": "POSTGRES_PASSWORD=\nGREETING=hello\nSECRET_KEY=q7Zt0-hardly-guessed-9Lw2\nDEBUG=true\n",
    "Dockerfile": "FROM python:3.13.1-slim\nWORKDIR /app\nRUN pip install django gunicorn\nCOPY . .\n",
    "nginx/default.conf": NGINX,
    "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
    "shop/__init__.py": "",
    "shop/settings.py": SETTINGS,
    "shop/urls.py": "urlpatterns = []\n",
    "shop/wsgi.py": "from django.core import wsgi\napplication = wsgi.get_wsgi_application()\n",
}


def make(root, files=None):
    write_files(root, files or FILES)
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=root, check=True)
    return root


@pytest.fixture(autouse=True)
def _the_garbage_of_other_tests_is_let_lie():
    """The server collects after each look; through all that other tests left here it would take long."""
    gc.freeze()


@pytest.fixture(autouse=True)
def _an_editor_need_not_wait_long(monkeypatch):
    monkeypatch.setattr(importlib.import_module("confguard.server.app"), "DELAY", 0.1)


@pytest.fixture
def shop(tmp_path):
    return make(tmp_path / "my shop")


def play(scenario, *folders, process=False):
    """Run a scenario with a connected editor; return the editor after the server has left.

    The server is ``confguard server`` as a process, or the same over pipes in a thread.
    """

    async def session():
        editor = Editor(*folders, process=process)
        async with editor:
            await scenario(editor)
        return editor

    return asyncio.run(session())


def line_of(text, part):
    return text[: text.index(part)].count("\n")


def test_an_opened_folder_is_checked_whole_and_the_server_leaves_cleanly(shop):
    async def scenario(editor):
        await editor.checked()
        rules = editor.rules()
        assert "published-datastore-port" in rules["compose.yaml"]
        (port,) = [
            one
            for one in editor.shown[(shop / "compose.yaml").as_uri()]
            if one.code == "published-datastore-port"
        ]
        line = line_of(COMPOSE, "ports:")
        assert (port.range.start.line, port.range.start.character) == (line, 12)
        assert (port.range.end.line, port.range.end.character) == (line, 23)
        assert port.source == "confguard"
        assert port.code_description.href.endswith("rules/compose/published-datastore-port.md")
        assert "\nhelp: " in port.message

    editor = play(scenario, shop, process=True)
    assert editor.code == 0


def test_other_places_are_related_information_in_their_files(shop):
    async def scenario(editor):
        await editor.checked()
        everything = [one for shown in editor.shown.values() for one in shown]
        related = [place for one in everything for place in one.related_information or ()]
        assert related
        files = {place.location.uri for place in related}
        assert (shop / ".env.example").as_uri() in files
        assert all(place.message for place in related)

    play(scenario, shop)


def test_unsaved_edits_lie_over_the_disk_until_they_are_closed(shop):
    compose = shop / "compose.yaml"
    mended = COMPOSE.replace(PORTS, "")

    async def scenario(editor):
        editor.open(compose)
        await editor.until(lambda: "published-datastore-port" in editor.rules().get("compose.yaml", ()))
        editor.change(compose, mended, 2)
        await editor.until(lambda: "published-datastore-port" not in editor.rules().get("compose.yaml", ()))
        assert editor.told[-1].version in (2, None)
        editor.close(compose)
        await editor.until(lambda: "published-datastore-port" in editor.rules().get("compose.yaml", ()))
        compose.write_text(mended)
        editor.save(compose)
        await editor.until(lambda: "published-datastore-port" not in editor.rules().get("compose.yaml", ()))

    play(scenario, shop)


def test_an_edit_of_one_file_changes_what_is_said_of_another(shop):
    example = shop / ".env.example"

    async def scenario(editor):
        await editor.checked()
        assert "undelivered-variable" not in editor.rules()["compose.yaml"]
        editor.open(example, example.read_text().replace("GREETING=hello\n", ""))
        await editor.until(lambda: "undelivered-variable" in editor.rules()["compose.yaml"])

    play(scenario, shop)


def test_a_burst_of_edits_is_looked_at_once(shop):
    compose = shop / "compose.yaml"

    async def scenario(editor):
        await editor.checked()
        editor.open(compose)
        await editor.checked(2)
        for number in range(20):
            editor.change(compose, f"{COMPOSE}# {number}\n", number + 2)
        await editor.checked(3)
        await asyncio.sleep(0.5)
        assert sum(" findings in " in line for line in editor.log) <= 4
        told = [one for one in editor.told if one.uri == compose.as_uri()]
        assert told[-1].version == 21

    play(scenario, shop)


def test_names_are_explained_with_their_trail_and_secrets_as_shapes(shop):
    """Hover in each kind of file, columns in UTF-16 units; the definition is where the value comes from."""
    settings, compose, example = shop / "shop/settings.py", shop / "compose.yaml", shop / ".env.example"
    line = line_of(COMPOSE, "GREETING: ")
    after_elephants = len('      GREETING: "🐘🐘 ${'.encode("utf-16-le")) // 2

    async def scenario(editor):
        for file in (settings, compose, example):
            editor.open(file)
        await editor.checked()
        for file, part in (
            (settings, "DEBUG ="),
            (compose, "DEBUG:"),
            (compose, "DEBUG}"),
            (example, "DEBUG="),
        ):
            text = file.read_text(encoding="utf-8")
            row = line_of(text, part)
            said = await editor.hover(file, row, text.splitlines()[row].index(part) + 2)
            assert said.startswith("```text\n")
            assert "setting DEBUG = true" in said
            assert 'variable DEBUG = "true"' in said
            assert ".env.example:4" in said
        assert "variable GREETING" in await editor.hover(compose, line, after_elephants + len("GREETING"))
        assert await editor.hover(compose, line, after_elephants - 3) == ""
        assert await editor.hover(compose, 0, 0) == "", "services is an everyday word"
        secret = await editor.hover(settings, line_of(SETTINGS, "SECRET_KEY"), 3)
        assert "variable SECRET_KEY" in secret
        assert "hardly-guessed" not in secret
        header = await editor.hover(shop / "nginx/default.conf", 2, 20)
        assert header == "", "a file that is not open"
        editor.open(shop / "nginx/default.conf")
        assert "header X-Frame-Options" in await editor.hover(shop / "nginx/default.conf", 2, 20)

        found = await editor.definition(settings, line_of(SETTINGS, "DEBUG"), 1)
        places = {(place.uri, place.range.start.line) for place in found}
        assert (example.as_uri(), 3) in places
        assert await editor.definition(compose, 0, 0) == []

    play(scenario, shop)


def test_a_fix_mends_the_finding_in_the_editor(shop):
    nginx = shop / "nginx/default.conf"

    def rules(editor):
        return editor.rules().get("default.conf", set())

    async def scenario(editor):
        editor.open(nginx)
        await editor.until(lambda: "lost-security-headers" in rules(editor))
        everything = [await editor.actions(nginx, row, "quickfix") for row in range(8)]
        offered = [one for row in everything for one in row if "(lost-security-headers)" in one.title]
        assert offered
        assert offered[0].kind == types.CodeActionKind.QuickFix.value
        assert offered[0].is_preferred
        assert offered[0].diagnostics[0].code == "lost-security-headers"
        (changed,) = applied(offered[0].edit, {nginx.as_uri(): NGINX}).values()
        assert changed.count("X-Frame-Options") == 2

        editor.change(nginx, f"# new\n{NGINX}", 2)
        stale = [await editor.actions(nginx, row, "quickfix") for row in range(9)]
        assert not any(stale), "nothing is offered for a text that was not looked at yet"

        editor.change(nginx, changed, 3)
        await editor.until(lambda: "lost-security-headers" not in rules(editor))

    play(scenario, shop)


def test_a_finding_is_ignored_with_a_comment_at_any_of_its_places(shop):
    settings, compose = shop / "shop/settings.py", shop / "compose.yaml"

    async def scenario(editor):
        editor.open(settings)
        editor.open(compose)
        await editor.until(lambda: "debug-enabled" in set().union(*editor.rules().values()))
        offered = await editor.actions(compose, line_of(COMPOSE, "DEBUG: "), "quickfix")
        (ignore,) = [one for one in offered if one.title.startswith("Ignore debug-enabled here")]
        (changed,) = applied(ignore.edit, {compose.as_uri(): COMPOSE}).values()
        assert "\n      # confguard: ignore[debug-enabled]\n      DEBUG: ${DEBUG}\n" in changed
        editor.change(compose, changed, 2)
        await editor.until(lambda: "debug-enabled" not in set().union(*editor.rules().values()))

    play(scenario, shop)


def test_everything_safe_is_fixed_at_once_where_an_editor_asks_for_it(shop):
    nginx = shop / "nginx/default.conf"

    async def scenario(editor):
        editor.open(nginx)
        await editor.until(lambda: "lost-security-headers" in editor.rules().get("default.conf", set()))
        assert types.CodeActionKind.SourceFixAll in editor.can.code_action_provider.code_action_kinds
        (action,) = await editor.actions(nginx, 0, "source.fixAll")
        texts = {
            file.as_uri(): file.read_text(encoding="utf-8") for file in shop.rglob("*.*") if file.is_file()
        }
        changed = applied(action.edit, texts)
        assert changed[nginx.as_uri()].count("X-Frame-Options") == 2

    play(scenario, shop)


def test_several_projects_and_files_outside_of_any(tmp_path):
    one, other = make(tmp_path / "one"), make(tmp_path / "other")
    outside = write_files(tmp_path / "outside", {"compose.yaml": COMPOSE}) / "compose.yaml"

    async def scenario(editor):
        editor.open(outside)
        await editor.checked(2)
        uris = {uri for uri, shown in editor.shown.items() if shown}
        assert (one / "compose.yaml").as_uri() in uris
        assert (other / "compose.yaml").as_uri() in uris
        assert outside.as_uri() not in editor.shown

    play(scenario, one, other)


def test_an_open_file_that_git_does_not_track_says_why_nothing_is_said(shop):
    new, notes = shop / "nginx/new.conf", shop / "notes.txt"
    new.write_text("server {\n    listen 81;\n}\n")
    notes.write_text("nothing\n")

    async def scenario(editor):
        await editor.checked()
        assert "new.conf" not in editor.rules(), "only what is open"
        editor.open(notes)
        editor.open(new)
        await editor.until(lambda: editor.rules().get("new.conf") == {"untracked-file"})
        assert "notes.txt" not in editor.rules()
        editor.close(new)
        await editor.until(lambda: "new.conf" not in editor.rules())

    play(scenario, shop)


def test_errors_of_the_configuration_stand_at_its_line_until_they_are_mended(shop):
    config = shop / "confguard.toml"
    config.write_text('exclude = []\nselekt = ["nginx"]\n')

    async def scenario(editor):
        await editor.until(lambda: "confguard.toml" in editor.rules())
        (said,) = editor.shown[config.as_uri()]
        assert said.code == "configuration"
        assert said.range.start.line == 1
        assert "did you mean 'select'?" in said.message
        config.write_text('exclude = []\nselect = ["nginx"]\n')
        editor.save(config)
        await editor.checked()
        assert set(editor.rules()) == {"default.conf"}

    play(scenario, shop)


def test_a_file_that_cannot_be_parsed_ends_nothing(shop):
    compose = shop / "compose.yaml"

    async def scenario(editor):
        editor.open(compose, "services: [\n")
        await editor.until(lambda: "unparsable-file" in editor.rules().get("compose.yaml", ()))
        editor.change(compose, COMPOSE, 2)
        await editor.until(lambda: "published-datastore-port" in editor.rules().get("compose.yaml", ()))

    play(scenario, shop)
