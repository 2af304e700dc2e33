# ruff: noqa: E501 - small programs are easier to read on one line
"""Record the routes that real Django makes of the URLconf cases: ``python tests/record_django_urls.py [case ...]``.

Run it with a Python that has Django 5.2 and djangorestframework. Each case is a folder of
fixtures/conformance/django-urls with a settings.py, a urls.py and an environments.json; the flattened
patterns, in the order in which Django tries them, are written beside them as recorded.json. Of the admin
and of routers' view sets only the prefixes are recorded, and every path of ``PROBES`` with its view.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

CASES = Path(__file__).parent.parent / "fixtures" / "conformance" / "django-urls"
PLACE = Path("/tmp/confguard-conformance/project")

CHILD = r"""
import json, os, sys
sys.path.insert(0, os.getcwd())
sys.dont_write_bytecode = True
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
import django
from django.urls import get_resolver, resolve, Resolver404
from django.urls.resolvers import LocalePrefixPattern, RegexPattern, RoutePattern, URLPattern

PROBES = [
    "/", "/about", "/about/", "/items/3/", "/items/x/", "/files/a/b", "/shop/", "/shop/7", "/other/7", "/a/home/",
    "/d/e/f/", "/api/", "/api/users/", "/api/users", "/health", "/health/", "/ready/", "/static/x.css", "/media/x",
    "/debug/", "/extra/", "/en/about/", "/plain/", "/de/plain/", "/login/", "/accounts/login/", "/app/about/",
    "/v1/home/", "/internal/x/", "/v2/y", "/articles/2024/", "/articles/24/", "/a.b", "/axb", "/not/there", "/xloosey",
    "/features/a/", "/secret-admin/", "/secret-admin/login/", "/outer/inner/", "/i18n/setlang/", "/first/", "/b", "/c",
]

def shown(pattern):
    if isinstance(pattern, LocalePrefixPattern):
        return "<language>/"
    return str(pattern)

def dotted(callback):
    cls = getattr(callback, "cls", None)
    if cls is not None and hasattr(callback, "actions"):
        return f"{cls.__module__}.{cls.__name__}"
    callback = getattr(callback, "view_class", callback)
    return f"{callback.__module__}.{getattr(callback, '__name__', type(callback).__name__)}"

def walk(resolver, route, names, out):
    for one in resolver.url_patterns:
        text = route + shown(one.pattern)
        if isinstance(one, URLPattern):
            mark = getattr(one.callback, "_registered", None)
            if mark is not None:
                item = {"route": route + "^" + mark[0], "router": mark[0], "name": mark[1], "view": mark[2], "namespaces": names}
                if item not in out:
                    out.append(item)
            elif "<drf_format_suffix:" not in text and r"(?P<format>" not in text:
                out.append({"route": text, "view": dotted(one.callback), "name": one.name, "namespaces": names})
        elif one.app_name == "admin":
            out.append({"route": text, "admin": True, "namespaces": [*names, one.namespace]})
        else:
            walk(one, text, [*names, one.namespace] if one.namespace else names, out)

def patch():
    try:
        from rest_framework import routers
    except ImportError:
        return
    original = routers.SimpleRouter.get_urls
    def get_urls(self):
        found, registry = [], self.registry
        for entry in registry:
            self.registry = [entry]
            for one in original(self):
                cls = entry[1]
                one.callback._registered = (entry[0], entry[2], f"{cls.__module__}.{cls.__name__}")
                found.append(one)
        self.registry = registry
        return found
    routers.SimpleRouter.get_urls = get_urls

out = {}
try:
    django.setup()
    patch()
    resolver = get_resolver()
    patterns = []
    walk(resolver, "", [], patterns)
    out["routes"] = patterns
    out["handlers"] = {
        f"handler{code}": dotted(resolver.resolve_error_handler(code))
        for code in (400, 403, 404, 500) if getattr(resolver.urlconf_module, f"handler{code}", None)
    }
    out["probes"] = {}
    for probe in PROBES:
        try:
            out["probes"][probe] = dotted(resolve(probe).func)
        except Resolver404:
            out["probes"][probe] = None
except BaseException as error:
    out["error"] = type(error).__name__
print("\n" + json.dumps(out))
"""


def record(case: Path) -> None:
    """Record one case under each of its environments."""
    if PLACE.exists():
        shutil.rmtree(PLACE)
    shutil.copytree(case, PLACE, ignore=shutil.ignore_patterns("recorded.json", "environments.json"))
    out = {}
    for name, variables in json.loads((case / "environments.json").read_text()).items():
        done = subprocess.run(
            [sys.executable, "-I", "-B", "-c", CHILD],
            cwd=PLACE, env=variables, capture_output=True, text=True, check=False,
        )  # fmt: skip
        out[name] = json.loads(done.stdout.strip().splitlines()[-1])
    import django

    answer = {"django": django.__version__, "environments": out}
    (case / "recorded.json").write_text(json.dumps(answer, indent=1, sort_keys=True) + "\n")


def main() -> None:
    names = sys.argv[1:] or [path.name for path in sorted(CASES.iterdir())]
    for name in names:
        record(CASES / name)
    print(f"{len(names)} cases recorded")


if __name__ == "__main__":
    main()
