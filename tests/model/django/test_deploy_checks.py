"""What the deployment checks say: each list of ids is what Django 5.2 said about these settings."""

from __future__ import annotations

import pytest

from confguard.discover.project import open_project
from confguard.model.django.deploy_checks import deploy_checks
from confguard.model.django.settings import evaluate
from confguard.model.environment import Environment

MIDDLEWARE = """\
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
"""
KEY = 'SECRET_KEY = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"\n'
SOUND = (
    KEY + 'ALLOWED_HOSTS = ["a"]\nSECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True\n'
    "SECURE_HSTS_SECONDS = 1\nSECURE_HSTS_PRELOAD = SECURE_HSTS_INCLUDE_SUBDOMAINS = True\n" + MIDDLEWARE
)
CASES = {
    "nothing": ('SECRET_KEY = "x"\n', "W001 W002 W003 W009 W020"),
    "middleware alone": (KEY + MIDDLEWARE, "W004 W008 W011 W016 W020"),
    "sound": (SOUND, ""),
    "the sessions app too": (
        KEY + MIDDLEWARE + 'INSTALLED_APPS = ["django.contrib.sessions"]\nSESSION_COOKIE_HTTPONLY = False\n',
        "W004 W008 W012 W015 W016 W020",
    ),
    "the app without its middleware": (
        KEY + 'INSTALLED_APPS = ["django.contrib.sessions"]\n',
        "W001 W002 W003 W010 W020",
    ),
    "a number is not True": (SOUND + "SECURE_SSL_REDIRECT = 1\nSECURE_HSTS_PRELOAD = 1\n", "W008 W021"),
    "frames": (SOUND + 'X_FRAME_OPTIONS = "SAMEORIGIN"\n', "W019"),
    "policies": (
        SOUND + 'SECURE_REFERRER_POLICY = "never"\nSECURE_CROSS_ORIGIN_OPENER_POLICY = "none"\n',
        "E023 E024",
    ),
    "a list of policies": (SOUND + 'SECURE_REFERRER_POLICY = ["no-referrer", "origin"]\n', ""),
    "no policy": (
        SOUND + "SECURE_REFERRER_POLICY = None\nSECURE_CONTENT_TYPE_NOSNIFF = False\n",
        "W006 W022",
    ),
    "the token in the session": (SOUND + "CSRF_COOKIE_SECURE = False\nCSRF_USE_SESSIONS = True\n", ""),
    "debugging": (SOUND + "DEBUG = True\n", "W018"),
    "fallbacks": (SOUND + 'SECRET_KEY_FALLBACKS = ["old"]\n', "W025"),
    "HSTS for one host": (SOUND + "SECURE_HSTS_INCLUDE_SUBDOMAINS = False\n", "W005"),
    "silenced": (SOUND + 'DEBUG = True\nSILENCED_SYSTEM_CHECKS = ["security.W018"]\n', ""),
}


def settings_of(repository, text, version=None):
    files = {"settings.py": text, **({"requirements.txt": f"django=={version}\n"} if version else {})}
    return evaluate(open_project(repository(files)), "settings", Environment())


@pytest.mark.parametrize("name", CASES)
def test_the_checks_say_what_django_says(repository, name):
    text, ids = CASES[name]
    checked = deploy_checks(settings_of(repository, text))
    assert checked.ids == tuple(sorted(f"security.{id}" for id in ids.split()))
    assert not checked.unknown


def test_what_is_not_known_is_not_judged(repository):
    text = SOUND + "from own import REDIRECT as SECURE_SSL_REDIRECT\n"
    checked = deploy_checks(settings_of(repository, text))
    assert checked.ids == ()
    assert checked.unknown == {"SECURE_SSL_REDIRECT"}


def test_a_version_has_its_own_checks(repository):
    text = SOUND + "SECURE_REFERRER_POLICY = None\n"
    assert deploy_checks(settings_of(repository, text, "2.2.28")).ids == ("security.W006", "security.W019")
    assert deploy_checks(settings_of(repository, text, "3.2.25")).ids == ("security.W022",)


def test_what_is_silenced_is_told_apart_and_nothing_where_that_is_not_known(repository):
    text = KEY + MIDDLEWARE + 'ALLOWED_HOSTS = ["a"]\nSILENCED_SYSTEM_CHECKS = ["security.W008", "a.W1"]\n'
    checked = deploy_checks(settings_of(repository, text))
    assert [one.id for one in checked.silenced] == ["security.W008"]
    assert "security.W004" in checked.ids and "security.W008" not in checked.ids
    checked = deploy_checks(settings_of(repository, f"{text}SILENCED_SYSTEM_CHECKS = elsewhere()\n"))
    assert (checked.messages, checked.silenced) == ((), ())
