"""Limits for uploads that no code compares with anything."""

from __future__ import annotations

import pytest

from confguard.model.unenforced_limits import unenforced

FILES = {
    "compose.prod.yaml": "services:\n  web:\n    build: .\n    command: gunicorn shop.wsgi\n",
    "Dockerfile": "FROM python:3.13\nENV DJANGO_SETTINGS_MODULE=shop.settings\nWORKDIR /app\nCOPY . .\n",
    "claims/models.py": "photo = models.ImageField()\n",
}


@pytest.fixture
def limits(deployment_of):
    """Return a function that names the limits which nothing enforces, with their variables."""

    def names(settings, more=None, apps="['claims']"):
        text = f"import os\n\nINSTALLED_APPS = {apps}\n{settings}\n"
        deployment = deployment_of({**FILES, "shop/settings.py": text, **(more or {})})
        return [(one.declared.setting, one.variables) for one in unenforced(deployment)]

    return names


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("MAX_UPLOAD_SIZE = 5242880", [("MAX_UPLOAD_SIZE", ())]),
        ("MAX_UPLOAD_SIZE: int = 5242880", [("MAX_UPLOAD_SIZE", ())]),
        ('MAX_FILE_SIZE_MB = int(os.getenv("FILE_MB", "5"))', [("MAX_FILE_SIZE_MB", ("FILE_MB",))]),
        ("CLAIM_UPLOAD_MAX_BYTES = 5242880", [("CLAIM_UPLOAD_MAX_BYTES", ())]),  # claims is a module
        ("INVOICE_UPLOAD_MAX_BYTES = 5242880", []),  # whose it is, is not known
        ("DATA_UPLOAD_MAX_MEMORY_SIZE = 5242880", []),  # Django's own
        ("FILE_UPLOAD_MAX_MEMORY_SIZE = 5242880", []),
        ("MAX_UPLOAD_SIZE = 5242880\nDATA_UPLOAD_MAX_MEMORY_SIZE = MAX_UPLOAD_SIZE", []),
        ("MAX_UPLOAD_SIZE = 5242880\nLIMITS = {'claims': MAX_UPLOAD_SIZE}", []),
        ("MAX_PAGES = 50", []),  # no size of an upload
    ],
)
def test_a_limit_that_only_the_settings_know_is_not_enforced(limits, settings, expected):
    assert limits(settings) == expected


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("claims/forms.py", "if file.size > settings.CLAIM_UPLOAD_MAX_BYTES: pass\n"),
        ("claims/forms.py", 'limit = getattr(settings, "CLAIM_UPLOAD_MAX_BYTES", 0)\n'),
        ("claims/forms.py", 'limit = getattr(settings, kind + "_UPLOAD_MAX_BYTES")\n'),
        ("claims/forms.py", 'limit = getattr(settings, f"{kind}_UPLOAD_MAX_BYTES")\n'),
        ("claims/forms.py", 'limit = getattr(settings, "%s_UPLOAD_MAX_BYTES" % kind)\n'),
        ("claims/conf.py", "class Conf(AppConf):\n    UPLOAD_MAX_BYTES = 5\n"),
        ("claims/templates/claim.html", "{{ CLAIM_UPLOAD_MAX_BYTES }}\n"),
        ("requirements.txt", "django\ndjango-claim-uploads\n"),
    ],
)
def test_code_that_may_read_it_is_enough(limits, path, text):
    assert limits("CLAIM_UPLOAD_MAX_BYTES = 5242880", {path: text}) == []


def test_a_setting_of_a_longer_name_is_another_one(limits):
    code = {"claims/forms.py": "limit = settings.OTHER_CLAIM_UPLOAD_MAX_BYTES\n"}
    assert limits("CLAIM_UPLOAD_MAX_BYTES = 5242880", code) == [("CLAIM_UPLOAD_MAX_BYTES", ())]


def test_a_library_for_files_may_read_a_setting_without_its_name(limits):
    assert limits("FILE_UPLOAD_MAX_SIZE = 5242880", apps="['claims', 'attachments']") == []


def test_without_uploads_there_is_nothing_to_limit(limits):
    assert limits("MAX_UPLOAD_SIZE = 5242880", {"claims/models.py": "photo = models.CharField()\n"}) == []
