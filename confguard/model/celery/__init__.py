"""Celery in a stack: the tasks of the code, the schedule, the queues, and who consumes them.

>>> from confguard.model.celery import Code, Consumption, code_of, consumption
"""

from __future__ import annotations

from confguard.model.celery.code import Code, Mention, Task, code_of, unknown_tasks
from confguard.model.celery.consumption import Beat, Consumption, Worker, code_run_by, consumption

__all__ = [
    "Beat",
    "Code",
    "Consumption",
    "Mention",
    "Task",
    "Worker",
    "code_of",
    "code_run_by",
    "consumption",
    "unknown_tasks",
]
