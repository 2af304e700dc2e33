"""Image references are read as docker pull reads them."""

import pytest

from confguard.model.image import ImageReference, parse_image


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nginx", ImageReference(None, "nginx", None, None)),
        ("postgres:17.6", ImageReference(None, "postgres", "17.6", None)),
        ("ghcr.io/team/app:v1.2", ImageReference("ghcr.io", "team/app", "v1.2", None)),
        ("localhost:5000/app", ImageReference("localhost:5000", "app", None, None)),
        ("team/app:1@sha256:ab", ImageReference(None, "team/app", "1", "sha256:ab")),
        ("localhost/app:dev", ImageReference("localhost", "app", "dev", None)),
    ],
)
def test_a_reference_is_split_into_its_parts(text, expected):
    assert parse_image(text) == expected


@pytest.mark.parametrize("text", ["", ":17", "post gres", "Nginx", "nginx:", "nginx:a b", "a//"])
def test_what_docker_refuses_is_no_reference(text):
    assert parse_image(text) is None


@pytest.mark.parametrize(
    ("text", "mutable", "version"),
    [
        ("nginx", True, None),
        ("nginx:latest", True, None),
        ("nginx:alpine", True, None),
        ("nginx:stable-alpine", True, None),
        ("redis:7-alpine", False, (7,)),
        ("postgres:17.6", False, (17, 6)),
        ("app@sha256:ab", False, None),
        ("app:v1.2.3-rc1", False, (1, 2, 3)),
        ("app:git-4f2a", False, None),
    ],
)
def test_a_reference_without_a_version_is_mutable(text, mutable, version):
    image = parse_image(text)
    assert (image.is_mutable, image.version) == (mutable, version)
