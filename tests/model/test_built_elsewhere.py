"""An image that production pulls is known where another stack of the repository builds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from confguard import run

PRODUCTION = "services:\n  proxy:\n    image: acme/proxy:{tag}\n    ports: ['80:80']\n"
BUILT = "services:\n  proxy:\n    image: acme/proxy:test\n    build: {context: ./proxy}\n"


def proxies(root: Path, tag: str, built: str) -> list[tuple[str, ...]]:
    (root / "proxy").mkdir()
    (root / "proxy" / "Dockerfile").write_text(
        "FROM nginx:1.27\nCOPY site.conf /etc/nginx/conf.d/default.conf\n"
    )
    (root / "proxy" / "site.conf").write_text("server { listen 80; return 204; }\n")
    (root / "compose.prod.yaml").write_text(PRODUCTION.format(tag=tag))
    (root / "compose.dev.yaml").write_text(built)
    repo = run.repo(root, run.settings_for(root))
    return [model.files for one in repo.production for model in one.proxies]


def test_another_files_build_shows_what_is_in_the_image(tmp_path: Path) -> None:
    assert proxies(tmp_path, "1.0", BUILT) == [("proxy/site.conf",)]


def test_an_image_of_another_name_stays_unknown(tmp_path: Path) -> None:
    assert proxies(tmp_path, "1.0", BUILT.replace("acme/proxy", "acme/other")) == []


DOCKERFILES = {
    "compose.prod.yaml": "services:\n  api:\n    image: acme/shop:{tag}\n",
    "Dockerfile": 'FROM python:3.13\nENV FROM_IMAGE=1\nCMD ["gunicorn", "shop.wsgi"]\n',
    "Dockerfile.front": "FROM node:22\n",
}


TWO = "docker build -t acme/shop:backend .\ndocker build -t acme/shop:front -f Dockerfile.front ."


def built(repository, deployment_of, tag: str, files: dict[str, str]) -> str | None:
    compose = DOCKERFILES["compose.prod.yaml"].format(tag=tag)
    build = deployment_of({**DOCKERFILES, "compose.prod.yaml": compose, **files}).processes["api"].build
    return build.dockerfile_path if build else None


@pytest.mark.parametrize(
    ("tag", "commands", "expected"),
    [
        ("1.0", "docker build -t acme/shop:latest .", "Dockerfile"),
        ("1.0", "docker build -t registry.example/acme/shop:2.0 .", "Dockerfile"),
        ("1.0", "docker build -t shop .", "Dockerfile"),
        ("1.0", "docker build -t $REGISTRY/shop:$(git describe) .", "Dockerfile"),
        ("1.0", "docker build -t acme/other .", None),
        ("1.0", "docker build -t other/shop .", None),
        ("front", TWO, "Dockerfile.front"),
        ("backend", TWO, "Dockerfile"),
        ("1.0", "docker build -t acme/shop .\ndocker build -t acme/shop -f Dockerfile.front .", None),
        ("1.0", "docker build -t acme/shop -f Dockerfile.absent .", None),
        ("1.0", "docker build -t acme/shop https://example.com/shop.git", None),
    ],
)  # fmt: skip
def test_a_command_that_builds_the_image_shows_its_dockerfile(
    repository, deployment_of, tag, commands, expected
):
    script = {"build.sh": f"#!/bin/sh\n{commands}\n"}
    assert built(repository, deployment_of, tag, script) == expected


def test_an_image_that_nothing_names_is_the_projects_own_where_it_is_called_as_the_project(
    repository, deployment_of
):
    workflow = (
        "jobs:\n  image:\n    steps:\n      - uses: docker/build-push-action@v6\n        with:\n"
        "          context: .\n          tags: ghcr.io/${{ github.repository }}:latest\n"
    )
    files = {".github/workflows/image.yml": workflow, "pyproject.toml": '[project]\nname = "shop"\n'}
    assert built(repository, deployment_of, "1.0", files) == "Dockerfile"
    files["pyproject.toml"] = '[project]\nname = "another"\n'
    assert built(repository, deployment_of, "1.0", files) is None


def test_an_official_image_is_nobodys_own(deployment_of):
    files = {
        "compose.yaml": "services:\n  db:\n    image: library/postgres:17\n",
        "build.sh": "#!/bin/sh\ndocker build -t library/postgres:17 .\n",
        "Dockerfile": "FROM scratch\n",
    }
    assert deployment_of(files).processes["db"].build is None
