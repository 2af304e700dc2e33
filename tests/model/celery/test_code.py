"""What code says to Celery."""

from __future__ import annotations

import pytest

from confguard.discover.project import open_project
from confguard.model.celery import code_of, unknown_tasks


def _code(repository, files, folder=""):
    return code_of(open_project(repository(files)), folder)


def test_a_task_has_its_module_and_function_or_its_own_name(repository):
    code = _code(
        repository,
        {
            "backend/shop/tasks.py": "from celery import shared_task\n\n\n"
            "@shared_task\ndef one():\n    ...\n\n\n"
            "@app.task(bind=True, autoretry_for=(Exception,))\n@traced\nasync def two(self):\n    ...\n\n\n"
            '@shared_task(name="mail.three")\ndef three():\n    ...\n'
        },
    )
    one, two, three = code.tasks
    assert one.is_called("shop.tasks.one")
    assert one.is_called("backend.shop.tasks.one")
    assert not one.is_called("op.tasks.one")
    assert two.is_called("shop.tasks.two")
    assert three.is_called("mail.three")
    assert not three.is_called("shop.tasks.three")


def test_calls_and_queues_are_found_outside_of_tests_and_comments(repository):
    code = _code(
        repository,
        {
            "shop/views.py": 'send.delay(1)\n# send.delay(2)\nsend.apply_async(args=[1], queue="mail")\n',
            "shop/tests/test_views.py": 'send.delay(1)\nsend.apply_async(queue="tests")\n',
            "shop/settings.py": 'CELERY_TASK_ROUTES = {"a.b": {"queue": "slow"}}\n',
        },
    )
    assert len(code.calls) == 2
    assert sorted(mention.name for mention in code.queues) == ["mail", "slow"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('CELERY_BEAT_SCHEDULE = {\n    "a": {"task": "x"},\n}\n', True),
        ('CELERY_BEAT_SCHEDULE["a"] = {"task": "x"}\n', True),
        ('app.conf.beat_schedule = {"a": {"task": "x"}}\n', True),
        ("CELERY_BEAT_SCHEDULE = {}\n", False),
        ("CELERY_BEAT_SCHEDULE: dict = {\n}\n", False),
        ('CELERY_BEAT_SCHEDULE_FILENAME = "x"\n', False),
        ('CELERY_BEAT_SCHEDULER = "x:Y"\n', False),
        ('# CELERY_BEAT_SCHEDULE = {"a": 1}\n', False),
    ],
)
def test_a_schedule_is_one_that_holds_something(repository, text, found):
    assert (_code(repository, {"settings.py": text}).schedule is not None) is found


def test_only_tasks_of_the_repository_can_be_unknown(repository):
    code = _code(
        repository,
        {
            "shop/__init__.py": "",
            "shop/tasks.py": "from celery import shared_task\n\n\n@shared_task\ndef clean():\n    ...\n",
            "shop/celery.py": "from celery import Celery\napp = Celery()\napp.conf.beat_schedule = {\n"
            '    "a": {"task": "shop.tasks.clean"},\n    "b": {"task": "shop.jobs.clean"},\n'
            '    "c": {"task": "other.tasks.clean"},\n    "d": {"task": "celery.backend_cleanup"},\n}\n',
        },
    )
    ((mention, near),) = unknown_tasks(code)
    assert mention.name == "shop.jobs.clean"
    assert near.module == "shop.tasks"
