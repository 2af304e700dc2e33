"""Where a container's files are kept, who shares them, and which paths settings name."""

from __future__ import annotations

from confguard.model.container_files import Layer
from confguard.model.value import Known, Unknown
from confguard.model.volumes import Kept, container_path, kept, sharing

COMPOSE = """\
services:
  web:
    build: ./backend
    volumes:
      - media:/app/media
      - ./var:/srv/var
      - /nowhere
    tmpfs: [/cache]
  proxy:
    image: nginx:1.29.3
    volumes:
      - media:/srv/files:ro
      - ./var/static:/srv/static
volumes:
  media:
"""
DOCKERFILE = """\
FROM python:3.13
ENV DJANGO_SETTINGS_MODULE=shop.settings
WORKDIR /app
COPY . .
CMD gunicorn shop.wsgi
"""
SETTINGS = """\
import os
from pathlib import Path
BASE_DIR = Path(__file__).resolve().parent.parent
MEDIA_ROOT = BASE_DIR / "media"
STATIC_ROOT = "/srv/var/static"
RELATIVE = os.path.join("data", "x")
DEBUG = False
"""


def deployment(deployment_of):
    return deployment_of(
        {
            "compose.yaml": COMPOSE,
            "backend/Dockerfile": DOCKERFILE,
            "backend/shop/settings.py": SETTINGS,
        }
    )


def test_a_volume_is_the_same_place_wherever_it_is_mounted(deployment_of):
    files = deployment(deployment_of).container_files
    one = kept(files["web"], "web", "/app/media/invoices")
    other = kept(files["proxy"], "proxy", "/srv/files/invoices/")
    assert isinstance(one, Kept)
    assert isinstance(other, Kept)
    assert one.location == other.location == ("volume", "media/invoices")


def test_a_part_of_a_folder_of_the_host_is_the_same_place_as_the_folder_mounted_whole(deployment_of):
    files = deployment(deployment_of).container_files
    assert kept(files["web"], "web", "/srv/var/static").location == ("bind", "var/static")
    assert kept(files["proxy"], "proxy", "/srv/static").location == ("bind", "var/static")


def test_what_nobody_shares_has_no_location(deployment_of):
    files = deployment(deployment_of).container_files
    assert kept(files["web"], "web", "/app/other") == Kept("web", "/app/other", None)
    for path in ("/nowhere/x", "/cache/x"):
        found = kept(files["web"], "web", path)
        assert isinstance(found.layer, Layer)
        assert found.location is None


def test_the_other_services_that_mount_a_volume_are_told(deployment_of):
    model = deployment(deployment_of)
    one = kept(model.container_files["web"], "web", "/app/media")
    assert [(name, layer.target) for name, layer in sharing(model, one)] == [("proxy", "/srv/files")]


def test_paths_of_settings_start_from_where_the_container_has_the_settings(deployment_of):
    model = deployment(deployment_of)
    files, (app,) = model.container_files["web"], model.apps

    def path(name):
        return container_path(files, app.settings.get(name), app.settings.path)

    assert path("MEDIA_ROOT") == Known("/app/media", app.settings.get("MEDIA_ROOT").trail)
    assert path("STATIC_ROOT").value == "/srv/var/static"
    assert path("RELATIVE").value == "/app/data/x"
    assert isinstance(path("DEBUG"), Unknown)
    assert isinstance(path("NOT_THERE"), Unknown)
