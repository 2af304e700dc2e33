"""Where modules are imported from in a repository of several packages."""

from __future__ import annotations

from confguard.discover.project import open_project
from confguard.model.django import search_roots


def test_the_other_packages_of_a_repository_are_imported_from_their_folders(repository):
    root = repository(
        {
            "api/manage.py": "",
            "api/shop/settings.py": "",
            "shared/setup.py": "",
            "shared/common/__init__.py": "",
            "libs/tools/pyproject.toml": "",
            "libs/tools/src/tools/__init__.py": "",
        }
    )
    roots = search_roots(open_project(root), "api/shop/settings.py")
    assert roots[0] == "api"
    assert {"shared", "libs/tools/src"} <= set(roots)


def test_a_module_that_is_called_setup_makes_no_folder_of_packages(repository):
    root = repository({"src/shop/__init__.py": "", "src/shop/setup.py": "", "src/shop/celery.py": ""})
    assert "src/shop" not in search_roots(open_project(root), "src/shop/settings.py")
