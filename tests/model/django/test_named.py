"""Who names which settings module."""

from confguard.discover.project import open_project
from confguard.model.django.named import disagreement, named_modules


def test_entry_points_tests_and_images_name_modules(tmp_path):
    files = {
        "manage.py": "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config.settings.local')\n",
        "config/wsgi.py": (
            "os.environ.setdefault(\n    'DJANGO_SETTINGS_MODULE',\n    'config.settings.production',\n)\n"
        ),
        "pytest.ini": "[pytest]\nDJANGO_SETTINGS_MODULE = config.settings.test\n",
        "tox.ini": (
            "[testenv]\nsetenv =\n    # DJANGO_SETTINGS_MODULE=no.such\n"
            "    DJANGO_SETTINGS_MODULE=config.settings.tox\n"
        ),
        "pyproject.toml": '[tool.pytest.ini_options]\naddopts = "--ds=config.settings.ds -q"\n',
        "Dockerfile": "FROM python\nENV DJANGO_SETTINGS_MODULE=config.settings.production\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    found = named_modules(open_project(tmp_path))
    assert {(one.by, one.module.rpartition(".")[2]) for one in found} == {
        ("manage.py", "local"),
        ("wsgi.py", "production"),
        ("tests", "test"),
        ("tests", "tox"),
        ("tests", "ds"),
        ("image", "production"),
    }
    assert all(one.span.text == one.module for one in found)
    assert {one.by for one in disagreement(found)} == {"manage.py", "wsgi.py"}


def test_the_same_module_everywhere_is_no_disagreement(tmp_path):
    for name in ("manage.py", "wsgi.py"):
        (tmp_path / name).write_text("os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'\n")
    found = named_modules(open_project(tmp_path))
    assert len(found) == 2
    assert disagreement(found) == ()
