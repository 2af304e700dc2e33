"""What looks like a live secret, and what does not."""

from __future__ import annotations

import pytest

from confguard.model.secret_names import is_secret
from confguard.model.token_shape import issuer_of, looks_random


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("AKIA" + "Q3EGRT7YUZXVB2NM", "an AWS access key"),
        ("ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8", "a GitHub token"),
        ("sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc", "a live Stripe key"),
    ],
)
def test_a_format_gives_its_issuer_away(text, words):
    assert issuer_of(text) == words


@pytest.mark.parametrize(
    "text",
    ["AKIAIOSFODNN7EXAMPLE", "sk_live_" + "x" * 24, "sk_test_abc", "", "xoxb-your-token", "ghp_" + "a" * 36],
)
def test_examples_are_nobodys(text):
    assert issuer_of(text) is None


@pytest.mark.parametrize("text", ["k3v9x!q7zr2m5w8p_t6y4u1n0b-c+d", "9f86d081884c7d659a2feaa0c55ad015"])
def test_generated_texts_look_random(text):
    assert looks_random(text)


@pytest.mark.parametrize(
    "text",
    [
        "change-me-to-a-long-random-string-of-50-chars",
        "django-insecure-k3v9x!q7zr2m5w8p_t6y4u1n0b",
        "short1",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1",
        "postgres://shop:k3v9xq7zr2m5w8p@db:5432/shop",
        "my-super-secret-password-for-production-1",
    ],
)
def test_typed_texts_do_not(text):
    assert not looks_random(text)


def test_names_of_secrets():
    assert all(map(is_secret, ("SECRET_KEY", "DB_PASSWORD", "API_TOKEN", "MINIO_ACCESS_KEY")))
    assert not any(
        map(is_secret, ("SECRET_KEY_FILE", "TOKEN_URL", "PUBLIC_KEY", "TOKEN_LIFETIME", "PASS_RATE"))
    )
