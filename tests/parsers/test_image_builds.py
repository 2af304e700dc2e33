"""Who builds which image: commands, workflows and bake files."""

from __future__ import annotations

import pytest

from confguard.parsers.command_lines import Form
from confguard.parsers.commands import parse
from confguard.parsers.image_builds import builds_of_bake, builds_of_workflow
from confguard.parsers.shell import UNKNOWN
from confguard.source import SourceFile


def facts(builds):
    return [(one.name, one.dockerfile, one.context, one.target) for one in builds]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("docker build -t acme/shop:1.0 .", ("acme/shop:1.0", None, ".", None)),
        (
            "docker buildx build --push --platform x --file D.prod --tag=acme/shop --target web ./app",
            ("acme/shop", "D.prod", "./app", "web"),
        ),
        ("sudo podman build --build-arg A=1 -f D -t x/y ctx", ("x/y", "D", "ctx", None)),
        ("docker image build -t x/y ctx", ("x/y", None, "ctx", None)),
    ],
)
def test_a_build_command_names_image_dockerfile_context_and_target(command, expected):
    found = parse(SourceFile("build.sh", f"#!/bin/sh\n{command}\n"), Form.SCRIPT)
    assert facts(found.builds) == [expected]


def test_variables_of_a_makefile_are_put_in():
    text = "IMAGE = acme/shop\n\nimage:\n\tdocker build -t $(IMAGE):latest --build-arg BASE=$(shell date) .\n"
    (build,) = parse(SourceFile("Makefile", text), Form.MAKEFILE).builds
    assert build.name == "acme/shop:latest"
    assert build.arguments == (("BASE", None),)


@pytest.mark.parametrize("command", ["docker build .", "docker builder prune -f", "docker compose build web"])
def test_a_command_that_names_no_image_is_none(command):
    assert parse(SourceFile("build.sh", f"#!/bin/sh\n{command}\n"), Form.SCRIPT).builds == ()


def workflow(steps, env=""):
    return SourceFile(
        ".github/workflows/images.yml",
        f"on: push\n{env}jobs:\n  images:\n    runs-on: ubuntu-latest\n    steps:\n{steps}",
    )


def test_a_build_step_is_named_by_its_tags():
    steps = """\
      - uses: docker/build-push-action@v6
        with:
          context: backend
          file: backend/Dockerfile.prod
          target: web
          tags: |
            acme/shop:backend
            ghcr.io/acme/shop:backend
"""
    expected = [
        (name, "backend/Dockerfile.prod", "backend", "web")
        for name in ("acme/shop:backend", "ghcr.io/acme/shop:backend")
    ]
    assert facts(builds_of_workflow(workflow(steps), {})) == expected


def test_a_build_step_is_named_by_the_metadata_step_that_makes_its_tags():
    steps = """\
      - id: meta
        uses: docker/metadata-action@v5
        with:
          images: ${{ env.REGISTRY }}/acme/shop
      - uses: docker/build-push-action@v6
        with:
          context: .
          tags: ${{ steps.meta.outputs.tags }}
"""
    found = builds_of_workflow(workflow(steps, "env:\n  REGISTRY: ghcr.io\n"), {})
    assert facts(found) == [("ghcr.io/acme/shop", None, ".", None)]


def test_what_a_workflow_does_not_say_keeps_a_mark():
    steps = """\
      - uses: docker/build-push-action@v6
        with:
          context: .
          outputs: type=image,name=ghcr.io/${{ github.repository }},push-by-digest=true
"""
    assert facts(builds_of_workflow(workflow(steps), {})) == [(f"ghcr.io/{UNKNOWN}", None, ".", None)]


def test_an_output_of_another_job_is_followed_to_its_text():
    steps = """\
      - run: echo "BACKEND_IMAGE=shop-backend" >> $GITHUB_OUTPUT
      - uses: acme/build@v1
        with:
          docker-image-name: ${{ needs.names.outputs.backend_image }}
          dockerfile-path: ./api/Dockerfile
          build-context: ./api
"""
    assert facts(builds_of_workflow(workflow(steps), {})) == [
        ("shop-backend", "./api/Dockerfile", "./api", None)
    ]


def test_a_called_workflow_gives_the_default_of_what_the_call_leaves_out():
    caller = SourceFile(
        ".github/workflows/ci.yml",
        "jobs:\n  api:\n    uses: ./.github/workflows/build.yml\n    with: {image-name: shop, target: api}\n",
    )
    called = SourceFile(
        ".github/workflows/build.yml",
        "on:\n  workflow_call:\n    inputs:\n      file:\n        default: docker/Dockerfile\n",
    )
    found = builds_of_workflow(caller, {called.path: called})
    assert facts(found) == [("shop", "docker/Dockerfile", ".", "api")]


def test_a_bake_file_of_json_and_of_hcl_say_the_same():
    as_json = SourceFile(
        "docker-bake.json",
        '{"target": {"api": {"dockerfile": "api/Dockerfile", "target": "web", "tags": ["acme/api:1"]}}}',
    )
    as_hcl = SourceFile(
        "docker-bake.hcl",
        'target "api" {\n  dockerfile = "api/Dockerfile"\n  target = "web"\n  tags = ["acme/api:1"]\n}\n',
    )
    expected = [("acme/api:1", "api/Dockerfile", ".", "web")]
    assert facts(builds_of_bake(as_json)) == facts(builds_of_bake(as_hcl)) == expected


@pytest.mark.parametrize("text", ["", "[", "[]", '{"target": []}', '{"target": {"a": 1}}', "[" * 100_000])
def test_a_broken_bake_file_builds_nothing(text):
    assert list(builds_of_bake(SourceFile("docker-bake.json", text))) == []
