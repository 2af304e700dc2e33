"""Files that the settings write, or may write, while they load: what they hold then is not known."""

from __future__ import annotations

import posixpath
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from confguard.model.django.objects import ListObject, V
from confguard.model.value import Known

if TYPE_CHECKING:
    from confguard.model.django.machine import Run


def note(run: Run, value: V) -> None:
    """Note that a file or folder is written or made here; it surely is outside of unknown conditions."""
    if path := _absolute(run, value):
        run.written[path] = run.written.get(path, False) or not run.doubtful


def note_handed_over(run: Run, values: tuple[V, ...]) -> None:
    """Note that something that is not followed is given paths: it may write there, and below."""
    for value in values:
        payload = value.value if isinstance(value, Known) else None
        inner = tuple(payload.items) if isinstance(payload, ListObject) else (value,)
        for path in filter(None, (_absolute(run, one) for one in inner)):
            run.written.setdefault(f"{path}/", False)


def is_written(run: Run, path: str, absent: bool) -> bool | None:
    """Say whether an absolute path is written so far: surely (True), perhaps (False), or not at all (None).

    ``absent``: the project has no such file, so that what is not followed may have made it.
    """
    if not run.written or path in run.written:
        return run.written.get(path)
    folder = path
    while absent and folder not in ("/", ""):
        if f"{folder}/" in run.written:
            return False
        folder = posixpath.dirname(folder)
    return None


def _absolute(run: Run, value: V) -> str:
    payload = value.value if isinstance(value, Known) else None
    if not isinstance(payload, str | PurePosixPath) or not str(payload) or "\n" in str(payload):
        return ""
    path = str(payload)
    return posixpath.normpath(path if path.startswith("/") else posixpath.join(run.place.cwd, path))
