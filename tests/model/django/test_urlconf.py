# ruff: noqa: E501 - small programs are easier to read on one line
"""Routes under partly known settings, what rules ask of them, and URLconfs that misbehave."""

from __future__ import annotations

import time

import pytest

from confguard.discover.project import open_project
from confguard.model.django.routes import Part, Route, URLconf
from confguard.model.django.settings import evaluate
from confguard.model.environment import Environment
from confguard.model.value import Known

SETTINGS = "import os\nROOT_URLCONF = 'urls'\nDEBUG = os.getenv('DEBUG') == '1'\nINSTALLED_APPS = []\n"
OPEN = Environment({}, complete=False, reason="an env file is not committed")


@pytest.fixture
def urlconf_of(repository):
    def evaluated(urls, environment=OPEN, **files):
        texts = {name.replace("__", "/") + ".py": text for name, text in files.items()}
        project = open_project(repository({"settings.py": SETTINGS, "urls.py": urls, **texts}))
        return evaluate(project, "settings.py", environment).urlconf

    return evaluated


def shown(found):
    return [(route.text, route.certain) for route in found.routes]


HEAD = """
from django.conf import settings
from django.conf.urls.static import static
from django.urls import include, path, re_path
from views import home
"""
VIEWS = "def home(request):\n    return None\n"


def test_what_depends_on_an_unknown_setting_is_there_perhaps(urlconf_of):
    urls = HEAD + (
        "urlpatterns = [path('', home), *([path('a', home)] if settings.DEBUG else []), path('b', home)]\n"
        "if settings.DEBUG:\n    urlpatterns += [path('c', home)]\nelse:\n    urlpatterns.append(path('d', home))\n"
        "urlpatterns += static('/media/', document_root='x')\nurlpatterns += [path('e', home)]\n"
        "if settings.DEBUG:\n    urlpatterns = [path('first', home)] + urlpatterns\n"
    )
    found = urlconf_of(urls, views=VIEWS)
    assert found.complete
    assert shown(found) == [
        ("first", False), ("", True), ("a", False), ("b", True), ("c", False), ("d", False),
        ("^media/(?P<path>.*)$", False), ("e", True),
    ]  # fmt: skip
    assert found.routed("/b") is True
    assert found.routed("/c") is None
    assert found.routed("/z") is False
    known = urlconf_of(urls, Environment({"DEBUG": Known("1")}), views=VIEWS)
    assert all(route.certain for route in known.routes)
    assert [route.text for route in known.routes][:4] == ["first", "", "a", "b"]


def test_what_comes_from_elsewhere_leaves_the_rest_open(urlconf_of):
    urls = HEAD + "from lib import more\nurlpatterns = [path('a', home)]\nurlpatterns += more()\n"
    found = urlconf_of(urls, views=VIEWS)
    assert not found.complete
    assert ("a", True) in shown(found) or ("a", False) in shown(found)
    assert found.routed("/z") is None


def test_an_optional_package_leaves_its_routes_perhaps(urlconf_of):
    urls = HEAD + (
        "urlpatterns = [path('a', home)]\ntry:\n    import some_toolbar\n"
        "    urlpatterns += [path('__debug__/', include('some_toolbar.urls'))]\nexcept ImportError:\n    pass\n"
    )
    found = urlconf_of(urls, views=VIEWS)
    assert shown(found) == [("a", True), ("__debug__/", False)]
    assert found.included("some_toolbar.urls")[0].certain is False


def test_libraries_are_prefixes(urlconf_of):
    urls = HEAD + (
        "from wagtail import urls as wagtail_urls\nfrom ninja import NinjaAPI\nfrom drf_spectacular import views as s\n"
        "api = NinjaAPI()\nurlpatterns = [path('accounts/', include('allauth.urls')), path('ninja/', api.urls),\n"
        "path('schema/', s.SpectacularAPIView.as_view(), name='schema'), path('', include(wagtail_urls))]\n"
    )
    found = urlconf_of(urls, views=VIEWS)
    assert [(route.kind, route.target) for route in found.routes] == [
        ("include", "allauth.urls"), ("include", "ninja.NinjaAPI"), ("view", ""), ("include", "wagtail.urls"),
    ]  # fmt: skip
    assert [route.text for route in found.match("/schema/")] == ["schema/"]
    assert [route.text for route in found.match("/accounts/login/")] == ["accounts/", ""]
    assert found.routed("/accounts/login/") is None
    assert [route.text for route in found.under("/accounts/")] == ["accounts/"]


def test_each_route_says_where_it_is_written(urlconf_of):
    urls = HEAD + "urlpatterns = [path('api/', include('inner'))]\n"
    inner = "from django.urls import path\nfrom views import home\nurlpatterns = [path('x/', home)]\n"
    route = urlconf_of(urls, views=VIEWS, inner=inner).routes[0]
    assert (route.span.path, route.span.line) == ("inner.py", 3)
    assert [(span.path, span.line) for span in route.through] == [("urls.py", 6)]


@pytest.mark.parametrize(
    "urls",
    [
        "",
        "urlpatterns = None\n",
        "urlpatterns = [1, None, 'x']\n",
        "from django.urls import path, include\nurlpatterns = [path(), path(1, 2), include(), path('x', include(3))]\n",
        "from django.urls import include, path\nurlpatterns = [path('x/', include('urls'))]\n",
        "from django.urls import path\nwhile True:\n    urlpatterns = [path('x', lambda r: r)]\n",
        "from django.urls import path\nurlpatterns = [path('x' * 10**9, None)] * 10**9\n",
        "from django.urls import include, path\nu = [path('a/', None)]\nfor i in range(40):\n    u = [path('a/', include(u)), path('b/', include(u))]\nurlpatterns = u\n",
        "from rest_framework.routers import DefaultRouter\nr = DefaultRouter()\nr.register()\nurlpatterns = r.urls\n",
        "from rest_framework.routers import DefaultRouter\nr = DefaultRouter()\nr.register(1, 2)\nr.registry.append(3)\nurlpatterns = r.urls\n",
        "def f(:\n",
    ],
)
def test_a_urlconf_that_misbehaves_ends_soon_and_never_raises(urlconf_of, urls):
    start = time.process_time()
    found = urlconf_of(urls)
    found.match("/a/b/")
    assert len(found.routes) <= 20_000
    assert time.process_time() - start < 20


def test_settings_without_a_urlconf_say_why(repository):
    project = open_project(repository({"settings.py": "DEBUG = False\n"}))
    assert evaluate(project, "settings.py", Environment()).urlconf.reason
    project = open_project(repository({"settings.py": "ROOT_URLCONF = 'lib.urls'\n"}))
    assert "not in the repository" in evaluate(project, "settings.py", Environment()).urlconf.reason


def test_the_settings_stay_as_they_were(repository):
    files = {"settings.py": SETTINGS, "urls.py": "import os\nX = os.environ['NEVER_SET']\nurlpatterns = []\n"}
    settings = evaluate(open_project(repository(files)), "settings.py", Environment())
    before = (settings.failures, settings.reads)
    assert settings.urlconf.problems[0].message == "KeyError is raised"
    assert (settings.failures, settings.reads) == before


def route(*parts, kind="view"):
    from confguard.source import SourceFile

    return Route(tuple(Part(*part) for part in parts), kind, "v", None, (), SourceFile("u.py", "").span(0))


@pytest.mark.parametrize(
    ("parts", "path", "expected"),
    [
        ([("path", "a/"), ("path", "<int:pk>/")], "/a/3/", True),
        ([("path", "a/"), ("path", "<int:pk>/")], "/a/x/", False),
        ([("path", "a/"), ("path", "<int:pk>/")], "/a/3/x", False),
        ([("path", "<path:p>")], "/a/b/c", True),
        ([("path", "<own:p>/")], "/a/", None),
        ([("regex", "^a/?$")], "/a", True),
        ([("regex", "^a"), ("path", "b")], "/ab", True),
        ([("regex", "a")], "/xax", True),
        ([("regex", "^(a+)+$")], "/" + "a" * 60 + "b", None),
        ([("regex", "[")], "/a", None),
        ([("language", ""), ("path", "a")], "/de/a", None),
        ([("language", ""), ("path", "a")], "/a", False),
        ([("language", "optional"), ("path", "a")], "/a", True),
        ([("path", None), ("path", "a")], "/x/a", None),
        ([("path", None), ("path", "a")], "/x", False),
        ([("path", "a")], "/" + "a" * 1000, None),
    ],
)
def test_a_path_is_matched_as_django_matches_it(parts, path, expected):
    assert route(*parts).matches(path) is expected


@pytest.mark.parametrize(
    ("parts", "head"),
    [
        ([("path", "api/"), ("path", "users/<int:pk>/")], "api/users/"),
        ([("regex", r"^api/v1/"), ("regex", r"^a\.b/?$")], "api/v1/a.b"),
        ([("regex", r"^api(/v1)?/")], "api"),
        ([("regex", "api")], ""),
        ([("regex", "^a|b$")], ""),
        ([("regex", "^$")], ""),
        ([("language", ""), ("path", "a")], ""),
    ],
)
def test_the_head_of_a_route_is_what_all_its_paths_begin_with(parts, head):
    assert route(*parts).head == head


def test_a_prefix_does_not_hide_what_comes_after_it():
    admin, later = route(("path", "admin/"), kind="admin"), route(("path", "admin/x/"))
    found = URLconf("urls", "urls.py", (admin, later), True)
    assert found.match("/admin/x/") == (admin, later)
    assert found.of_kind("admin") == (admin,)
