"""Where the project's files lie in a container, and back."""

from __future__ import annotations

import pytest

from confguard.model.value import Known, Unknown

PROJECT = {
    "backend/manage.py": "",
    "backend/config/settings.py": "DEBUG = False\n",
    "backend/core/models.py": "",
    "backend/requirements.txt": "django\n",
    "frontend/package.json": "{}\n",
    "entrypoint.sh": "#!/bin/sh\n",
}


def compose(text="", build="backend"):
    return {"compose.yaml": f"services:\n  web:\n    build: {build}\n{text}"}


@pytest.fixture
def files_of(deployment_of):
    def model(dockerfile, text="", build="backend", more=None):
        place = "backend/Dockerfile" if build == "backend" else "Dockerfile"
        files = {**PROJECT, place: dockerfile, **compose(text, build), **(more or {})}
        return deployment_of(files).container_files["web"]

    return model


def plain(value):
    return value.value if isinstance(value, Known) else "?" if isinstance(value, Unknown) else None


def test_copied_folders_lie_below_the_working_directory(files_of):
    files = files_of("FROM python:3.13\nWORKDIR /app\nCOPY . .\n")
    assert plain(files.working_directory) == "/app"
    assert plain(files.path_of("backend/config/settings.py")) == "/app/config/settings.py"
    assert plain(files.path_of("backend")) == "/app"
    assert plain(files.source_of("/app/core/models.py")) == "backend/core/models.py"
    assert plain(files.source_of("/app")) == "backend"
    assert files.source_of("/app/nothing.py") is None
    assert plain(files.path_of("frontend/package.json")) == "?"
    assert plain(files.absolute("manage.py")) == "/app/manage.py"
    assert files.mount_at("/app/staticfiles") is None


@pytest.mark.parametrize(
    ("copy", "path", "target"),
    [
        ("COPY backend /srv/app", "backend/manage.py", "/srv/app/manage.py"),
        ("COPY backend/ .", "backend/manage.py", "/app/manage.py"),
        ("COPY ./backend/manage.py ./", "backend/manage.py", "/app/manage.py"),
        ("COPY backend/manage.py run.py", "backend/manage.py", "/app/run.py"),
        ("COPY backend/*.py /code/", "backend/manage.py", "/code/manage.py"),
        ("COPY backend/*.txt entrypoint.sh /code/", "entrypoint.sh", "/code/entrypoint.sh"),
        (
            "COPY --chown=app:app entrypoint.sh /usr/local/bin",
            "entrypoint.sh",
            "/usr/local/bin/entrypoint.sh",
        ),
        ("COPY entrypoint.sh /entrypoint", "entrypoint.sh", "/entrypoint"),
        ("COPY entrypoint.sh /app", "entrypoint.sh", "/app/entrypoint.sh"),
        ("COPY ../entrypoint.sh .", "entrypoint.sh", "/app/entrypoint.sh"),
        ("COPY --parents backend/core /x/", "backend/core/models.py", "/x/backend/core/models.py"),
        ("COPY --exclude=core backend /x", "backend/core/models.py", "?"),
        ("COPY --exclude=core backend /x", "backend/manage.py", "/x/manage.py"),
        ('ADD ["backend", "/with space"]', "backend/manage.py", "/with space/manage.py"),
        ("COPY b*/manage.py ${UNSET:-/there}/", "backend/manage.py", "/there/manage.py"),
        ("COPY frontend /app", "backend/manage.py", "?"),
        ("COPY backend /$FROM_BASE", "backend/manage.py", "?"),
    ],
)
def test_copy_does_what_the_builder_does(files_of, copy, path, target):
    files = files_of(f"FROM python:3.13\nARG UNSET\nWORKDIR /app\n{copy}\n", build=".")
    assert plain(files.path_of(path)) == target
    if target != "?":
        assert plain(files.source_of(target)) == path


def test_what_is_ignored_is_not_there(files_of):
    dockerfile = "FROM python:3.13\nWORKDIR /app\nCOPY . .\n"
    files = files_of(dockerfile, more={"backend/.dockerignore": "core\nrequirements*\n"})
    assert plain(files.path_of("backend/core/models.py")) == "?"
    assert files.source_of("/app/core/models.py") is None
    assert plain(files.path_of("backend/manage.py")) == "/app/manage.py"
    own = files_of(
        dockerfile,
        more={"backend/.dockerignore": "manage.py\n", "backend/Dockerfile.dockerignore": "core\n"},
    )
    assert plain(own.path_of("backend/manage.py")) == "/app/manage.py"
    assert plain(own.path_of("backend/core/models.py")) == "?"


def test_another_stage_passes_on_what_it_copied(files_of):
    files = files_of(
        "FROM python:3.13 AS build\nWORKDIR /src\nCOPY . .\nRUN make static\n"
        "FROM python:3.13-slim\nWORKDIR /app\nCOPY --from=build /src/core /app/core\n"
        "COPY --from=build /src/manage.py .\nCOPY --from=build /src/static /app/static\n"
        "COPY --from=ghcr.io/astral-sh/uv:0.5 /uv /bin/\n"
    )
    assert plain(files.source_of("/app/core/models.py")) == "backend/core/models.py"
    assert plain(files.path_of("backend/manage.py")) == "/app/manage.py"
    assert plain(files.source_of("/app/static/x.css")) == "?"
    assert plain(files.path_of("backend/config/settings.py")) == "?"


def test_what_a_stage_makes_leaves_alone_what_was_copied_to_the_same_folder(files_of):
    files = files_of(
        "FROM node AS build\nRUN make\nFROM python:3.13\nWORKDIR /app\nCOPY . .\n"
        "COPY --from=build /out/ /app/\nCOPY --from=build /css /app/core\nCOPY --from=build /a.txt .\n"
    )
    assert plain(files.path_of("backend/manage.py")) == "/app/manage.py"
    assert plain(files.source_of("/app/core/models.py")) == "?"
    assert plain(files.path_of("backend/core/models.py")) == "?"
    assert plain(files.source_of("/app/a.txt")) == "?"
    assert plain(files.source_of("/app/other")) == "?"


def test_a_stage_that_copies_from_itself_ends(files_of):
    files = files_of("FROM python:3.13 AS a\nCOPY --from=a /x /y\nFROM a\nCOPY --from=a /y /z\n")
    assert plain(files.source_of("/z/x")) == "?"


def test_a_folder_that_is_copied_in_pieces_has_its_place(files_of):
    files = files_of(
        "FROM python:3.13\nWORKDIR /code\nCOPY manage.py ./\nCOPY config ./config\nCOPY core ./core\n"
    )
    assert plain(files.path_of("backend")) == "/code"
    assert plain(files.source_of("/code")) == "backend"
    assert plain(files.path_of("backend/requirements.txt")) == "?"


def test_mounts_win_over_what_is_copied(files_of):
    files = files_of(
        "FROM python:3.13\nWORKDIR /app\nCOPY . .\n",
        "    volumes:\n      - ./backend/core:/app/config:ro\n"
        "      - {type: bind, source: ., target: /repo}\n"
        "      - static:/app/static\n      - /srv/media:/app/media\n"
        "    tmpfs: [/app/cache]\nvolumes: {static: {}}\n",
    )
    assert plain(files.source_of("/app/config/models.py")) == "backend/core/models.py"
    assert files.source_of("/app/config/settings.py") is None
    assert plain(files.path_of("backend/config/settings.py")) == "/repo/backend/config/settings.py"
    assert plain(files.path_of("backend/core/models.py")) == "/app/config/models.py"
    assert plain(files.source_of("/app/static/x.css")) == "?"
    at = {path: files.mount_at(path) for path in ("/app/static/css", "/app/media/a", "/app/cache", "/app/x")}
    assert [one.kind if one else None for one in at.values()] == ["volume", "bind", "tmpfs", None]
    assert at["/app/static/css"].name == "static"
    assert at["/app/media/a"].name == "/srv/media"
    assert [one.target for one in files.mounts_below("/app")] == [
        "/app/config", "/app/static", "/app/media", "/app/cache",
    ]  # fmt: skip


def test_what_is_there_is_said_as_far_as_it_is_known(files_of):
    files = files_of(
        "FROM python:3.13\nWORKDIR /app\nCOPY . .\n",
        "    volumes: [./backend/core:/core, static:/app/static]\nvolumes: {static: {}}\n",
    )
    assert files.exists("/app/manage.py") is True
    assert files.exists("/core/models.py") is True
    assert files.exists("/core/views.py") is False
    assert files.exists("/app/static") is True
    assert files.exists("/app/static/x.css") is None
    assert files.exists("/app/made-by-run") is None


def test_the_working_directory_is_composes_over_the_images(files_of):
    files = files_of("FROM python:3.13\nWORKDIR /app\nCOPY . .\n", "    working_dir: /app/core\n")
    assert plain(files.absolute("models.py")) == "/app/core/models.py"


def test_volumes_from_and_declared_volumes_and_configs_count(files_of):
    files = files_of(
        'FROM python:3.13\nCOPY . /app\nVOLUME ["/app/uploads"]\n',
        "    volumes_from: [data]\n    configs: [own]\n    secrets: [key]\n"
        "  data:\n    image: busybox\n    volumes: [shared:/shared]\n"
        "volumes: {shared: {}}\nconfigs: {own: {file: ./backend/requirements.txt}}\n"
        "secrets: {key: {file: ./key.txt}}\n",
    )
    assert files.mount_at("/shared/x").name == "shared"
    assert files.mount_at("/app/uploads/x").kind == "volume"
    assert plain(files.source_of("/own")) == "backend/requirements.txt"
    assert plain(files.source_of("/run/secrets/key")) == "?"


def test_an_image_that_is_not_the_repositorys_is_unknown(deployment_of):
    text = "services:\n  web:\n    image: example/app:1\n    volumes: ['./backend/core:/app/core']\n"
    files = deployment_of({**PROJECT, "compose.yaml": text}).container_files["web"]
    assert plain(files.source_of("/app/manage.py")) == "?"
    assert plain(files.path_of("backend/manage.py")) == "?"
    assert plain(files.path_of("backend/core/models.py")) == "/app/core/models.py"
    assert plain(files.working_directory) == "?"


def test_a_mount_whose_place_is_not_known_leaves_it_open(files_of):
    files = files_of(
        "FROM python:3.13\nCOPY . /app\n", "    volumes: ['media:${MEDIA:?}']\nvolumes: {media: {}}\n"
    )
    assert isinstance(files.mount_at("/app/media"), Unknown)


def test_an_image_that_another_service_builds_has_its_files(deployment_of):
    text = (
        "services:\n  web:\n    build: backend\n    image: local/app\n"
        "  worker:\n    image: local/app\n    command: celery -A config worker\n"
    )
    dockerfile = "FROM python:3.13\nWORKDIR /app\nCOPY . .\n"
    made = deployment_of({**PROJECT, "backend/Dockerfile": dockerfile, "compose.yaml": text})
    assert plain(made.container_files["worker"].path_of("backend/manage.py")) == "/app/manage.py"
