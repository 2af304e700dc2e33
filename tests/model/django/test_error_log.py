"""Whether an error of a view is written anywhere; what is expected is what Django 5.2 does."""

from __future__ import annotations

import pytest

from confguard.discover.project import open_project
from confguard.model.django import evaluate
from confguard.model.django.error_log import unwritten_errors
from confguard.model.environment import Environment

HANDLERS = (
    '"handlers": {"out": {"class": "logging.StreamHandler"}, "no": {"class": "logging.NullHandler"},'
    ' "late": {"class": "logging.StreamHandler", "level": "CRITICAL"},'
    ' "mail": {"class": "django.utils.log.AdminEmailHandler"}}'
)
KEPT = '"disable_existing_loggers": False'


@pytest.mark.parametrize(
    ("logging", "is_written"),
    [
        ("", False),
        (KEPT, False),
        (f'{HANDLERS}, "root": {{"handlers": ["out"]}}', False),  # Django's loggers are switched off
        (f'{KEPT}, {HANDLERS}, "root": {{"handlers": ["out"]}}', True),
        (f'{KEPT}, {HANDLERS}, "root": {{"handlers": ["late"]}}', False),
        (f'{HANDLERS}, "loggers": {{"django": {{"handlers": ["out"]}}}}', True),
        (f'{HANDLERS}, "loggers": {{"django": {{"handlers": ["no"]}}}}', False),
        (f'{HANDLERS}, "loggers": {{"django": {{"handlers": ["mail"]}}}}', False),
        (f'{HANDLERS}, "loggers": {{"django": {{"level": "INFO"}}}}', True),  # logging.lastResort
        (f'{HANDLERS}, "loggers": {{"django.request": {{"handlers": ["out"]}}}}', True),
        (f'{HANDLERS}, "loggers": {{"django.request": {{"handlers": ["mail"]}}}}', False),
        (
            f'{KEPT}, {HANDLERS}, "root": {{"handlers": ["out"]}},'
            ' "loggers": {"django": {"handlers": ["no"], "propagate": False}}',
            False,
        ),
    ],
)
def test_errors_are_written_as_django_writes_them(repository, logging, is_written):
    text = f'DEBUG = False\nLOGGING = {{"version": 1, {logging}}}\n'
    settings = evaluate(open_project(repository({"s.py": text})), "s", Environment({}))
    assert (unwritten_errors(settings) is None) is is_written


@pytest.mark.parametrize(
    "text",
    [
        "DEBUG = True\n",
        "LOGGING_CONFIG = None\n",
        'ADMINS = [("Ann", "ann@example.com")]\n',
        "DEBUG_PROPAGATE_EXCEPTIONS = True\n",
        "from other import LOGGING\n",
        "from other import *\n",
    ],
)
def test_what_is_not_sure_is_not_said(repository, text):
    settings = evaluate(open_project(repository({"s.py": f"DEBUG = False\n{text}"})), "s", Environment({}))
    assert unwritten_errors(settings) is None
