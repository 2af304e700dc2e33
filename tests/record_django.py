"""Record what real Django makes of the conformance cases: ``python tests/record_django.py [case ...]``.

Run it with a Python that has Django 5.2, django-environ, python-decouple, environs, dj-database-url,
python-dotenv, django-cors-headers, django-csp, pydantic-settings, django-configurations,
django-split-settings, dj-email-url, celery, structlog and sentry-sdk. Each case is a folder of
fixtures/conformance/django with a settings.py and an environments.json; what came out is written beside
them as recorded.json. Without names all cases are recorded that an earlier record of the same major of
Django is of: those of Django 6 need Python 3.13.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

CASES = Path(__file__).parent.parent / "fixtures" / "conformance" / "django"
PLACE = Path("/tmp/confguard-conformance/project")

CHILD = r"""
import datetime, importlib, json, os, re, sys, traceback
ROOT = os.getcwd()
sys.path.insert(0, ROOT)
sys.argv = ["gunicorn"]
sys.dont_write_bytecode = True

def plain(value):
    if value is None or isinstance(value, (bool, int, float)):
        return value if type(value) in (type(None), bool, int, float) else {"object": type(value).__name__}
    if isinstance(value, str):
        return value if type(value) is str else str.__str__(value)
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return {"set": sorted((plain(item) for item in value), key=repr)}
    if isinstance(value, dict):
        return {key if isinstance(key, str) else repr(key): plain(item) for key, item in value.items()}
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, datetime.timedelta):
        return {"seconds": value.total_seconds()}
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, re.Pattern):
        return {"pattern": value.pattern}
    if type(value).__name__ == "__proxy__":
        return plain(value._args[0])
    return {"object": type(value).__name__}

out = {}
defaults = {}
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
try:
    if "DJANGO_CONFIGURATION" in os.environ:
        from configurations import importer
        from django.conf import global_settings
        importer.install()
        text = open("settings.py").read()
        # All of Django's defaults are settings then: those that the case does not speak of are left out.
        defaults = {name: value for name, value in vars(global_settings).items() if name.isupper()}
        defaults = {name: value for name, value in defaults.items() if not re.search(rf"\b{name}\b", text)}
    module = importlib.import_module("settings")
    out["settings"] = {
        name: plain(value)
        for name, value in sorted(vars(module).items())
        if name.isupper() and not (name in defaults and defaults[name] == value)
    }
except BaseException as error:
    stack = traceback.extract_tb(error.__traceback__)
    frames = [(f.filename, f.lineno) for f in stack if f.filename.startswith(ROOT)]
    out["error"] = {
        "type": type(error).__name__,
        "places": [[os.path.relpath(name, ROOT), line] for name, line in frames],
    }
print("\n" + json.dumps(out))
"""


def record(case: Path) -> None:
    """Import one case's settings under each of its environments."""
    if PLACE.exists():
        shutil.rmtree(PLACE)
    shutil.copytree(
        case, PLACE, ignore=shutil.ignore_patterns("recorded.json", "environments.json", "__pycache__")
    )
    environments = json.loads((case / "environments.json").read_text())
    out = {}
    for name, variables in environments.items():
        done = subprocess.run(
            [sys.executable, "-I", "-B", "-c", CHILD],
            cwd=PLACE,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )
        out[name] = json.loads(done.stdout.strip().splitlines()[-1])
    import django

    answer = {"django": django.__version__, "at": str(PLACE), "environments": out}
    (case / "recorded.json").write_text(json.dumps(answer, indent=1, sort_keys=True) + "\n")


def is_ours(case: Path) -> bool:
    """Say whether a case was recorded with this major release of Django, or never before."""
    import django

    recorded = case / "recorded.json"
    return not recorded.is_file() or json.loads(recorded.read_text())["django"].startswith(
        f"{django.VERSION[0]}."
    )


def main() -> None:
    names = sys.argv[1:] or [path.name for path in sorted(CASES.iterdir()) if is_ours(path)]
    for name in names:
        record(CASES / name)
    print(f"{len(names)} cases recorded")


if __name__ == "__main__":
    main()
