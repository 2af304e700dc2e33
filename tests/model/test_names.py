"""Names that are meant for each other, and names that are only alike."""

from __future__ import annotations

import pytest

from confguard.model.delivery.names import alike, meant


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("DJANGO_DEBUG", "DEBUG"),
        ("ALLOWED_HOST", "ALLOWED_HOSTS"),
        ("DB_PASS", "DB_PASSWORD"),
        ("POSTGRES_USER", "DB_USER"),
        ("DATABASE_URI", "DATABASE_URL"),
        ("EMIAL_HOST", "EMAIL_HOST"),
        ("SECRETKEY", "SECRET_KEY"),
        ("KEY_SECRET", "SECRET_KEY"),
        ("SENTRY_DNS", "SENTRY_DSN"),
    ],
)
def test_one_was_meant_for_the_other(one, other):
    assert alike(one, other)
    assert alike(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CACHE_MIN_AGE", "CACHE_MAX_AGE"),
        ("STRIPE_SECRET_KEY", "SECRET_KEY"),
        ("REDIS_1", "REDIS_2"),
        ("PORT", "HOST"),
        ("EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD"),
        ("AWS_S3_REGION", "AWS_S3_DOMAIN"),
    ],
)
def test_they_are_two_things(one, other):
    assert not alike(one, other)


def test_the_projects_own_name_may_stand_in_front():
    assert meant("SHOP_MODE", ["MODE", "DEBUG"], "shop") == "MODE"
    assert meant("SHOP_MODE", ["MODE", "DEBUG"]) is None


def test_of_several_none_is_chosen():
    assert meant("DB_PASS", ["DB_PASSWORD", "DATABASE_PASSWORD"]) is None
