"""Where passwords are asked for, and what slows down whoever tries them."""

from __future__ import annotations

import pytest

from confguard.model.responses.logins import unlimited_logins
from tests.model.responses.test_app_headers import FILES

URLS = (
    "import os\n\nfrom django.contrib import admin\nfrom django.urls import include, path\n"
    "from rest_framework_simplejwt.views import TokenObtainPairView\n\n"
    "urlpatterns = [\n"
    "    path(os.environ['ADMIN_AT'], admin.site.urls),\n"
    "    path('accounts/', include('django.contrib.auth.urls')),\n"
    "    path('api/token/', TokenObtainPairView.as_view()),\n"
    "    path('login/<slug:name>/', TokenObtainPairView.as_view()),\n"
    "]\n"
)


@pytest.fixture
def logins(deployment_of):
    """Return a function that says where an application with these settings lets passwords be tried."""

    def ask(settings="", **files):
        text = f"INSTALLED_APPS = ['shop']\nMIDDLEWARE = []\nROOT_URLCONF = 'app.urls'\n{settings}\n"
        compose = FILES["compose.prod.yaml"].replace(
            "gunicorn app.wsgi", "gunicorn app.wsgi, environment: {ADMIN_AT: hidden-place/}"
        )
        own = {
            "app/__init__.py": "",
            "app/urls.py": URLS,
            "app/settings.py": text,
            "compose.prod.yaml": compose,
        }
        deployment = deployment_of(FILES | own | files)
        return unlimited_logins(deployment.project, deployment.app_of("web"))

    return ask


def test_logins_of_libraries_are_known_by_view_and_urlconf(logins):
    assert [one.path for one in logins()] == ["/hidden-place/login/", "/accounts/login/", "/api/token/"]


def test_a_path_that_the_code_does_not_say_is_not_shown(logins):
    assert [one.shown for one in logins()] == ["the admin", "`/accounts/login/`", "`/api/token/`"]


def test_default_throttles_are_for_views_of_an_api_only(logins):
    throttles = "REST_FRAMEWORK = {'DEFAULT_THROTTLE_CLASSES': ['a.Throttle']}"
    assert [one.path for one in logins(throttles)] == ["/hidden-place/login/", "/accounts/login/"]


@pytest.mark.parametrize(
    "settings",
    [
        "MIDDLEWARE = ['axes.middleware.AxesMiddleware']",
        "INSTALLED_APPS = ['defender']",
        "AUTHENTICATION_BACKENDS = ['axes.backends.AxesStandaloneBackend']",
        "import os\nINSTALLED_APPS = os.environ['APPS'].split()",
    ],
)
def test_a_library_against_guessing_limits_them_all(logins, settings):
    assert logins(settings) == ()


def test_a_project_whose_code_speaks_of_limits_may_have_its_own(logins):
    assert logins(**{"app/views.py": "MAX_LOGIN_ATTEMPTS = 5\n"}) == ()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app/views.py", "# nobody can log in here\n" + "\n" * 9 + "MAILS_RATE_LIMIT = 5\n"),
        ("app/client.py", "import requests\n\nRATE_LIMIT = 5\nLOGIN = 'https://api.example.com'\n"),
        ("app/signals.py", "from axes.signals import user_locked_out\n\nLOGIN_ATTEMPTS = 5\n"),
        ("app/tests/test_login.py", "LOGIN_ATTEMPTS = 5\n"),
    ],
)
def test_words_of_other_limits_are_no_limit(logins, path, text):
    assert len(logins(**{path: text})) == 3


def test_a_middleware_of_the_project_that_speaks_of_limits_limits_them_all(logins):
    own = {"app/guard.py": "class Guard:\n    '''Too many requests: throttled.'''\n"}
    assert logins("MIDDLEWARE = ['app.guard.Guard']", **own) == ()


def test_a_throttle_of_an_api_is_none_of_a_form(logins):
    own = {"app/views.py": "class LoginThrottle:\n    rate = '5/m'\n"}
    with_api = logins("INSTALLED_APPS = ['rest_framework']", **own)
    assert [one.path for one in with_api] == ["/hidden-place/login/", "/accounts/login/"]
    assert logins(**own) == ()
