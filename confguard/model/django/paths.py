"""``pathlib`` and ``os.path``, which see no files but those that the project lists."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

from confguard.model.django import operations, written
from confguard.model.django.library import registry
from confguard.model.django.machine import Run
from confguard.model.django.objects import Call, Native, Text, V
from confguard.model.django.operations import NotPlain, plain
from confguard.model.value import Known, Step, Unknown
from confguard.source import Span

_PARTS = frozenset({"parent", "name", "stem", "suffix", "suffixes", "parts", "parents", "anchor", "root"})
_PURE = frozenset(
    {
        "joinpath",
        "with_suffix",
        "with_name",
        "as_posix",
        "relative_to",
        "is_absolute",
        "with_stem",
        "is_relative_to",
        "match",
    }
)
_SAME = frozenset({"resolve", "absolute", "expanduser"})
_MAKING = frozenset({"mkdir", "touch", "write_text", "write_bytes", "symlink_to", "hardlink_to"})
_NO_EFFECT = frozenset({"unlink", "chmod", "rename", "replace", "rmdir"})
_WHERE = "depends on where the project lies"


def attribute(run: Run, value: V, name: str, span: Span) -> V | None:
    """Return an attribute or method of a path; None if the value is no path or has no such one."""
    payload = value.value if isinstance(value, Known) else None
    if not isinstance(payload, PurePosixPath):
        return None
    trail = run.trail(Step(f"its {name}", span), value)
    if name in _PARTS:
        found = getattr(payload, name)
        if name == "parents":
            return (
                run.wrap(list(found), trail)
                if not operations.marked(payload)
                else _parents(run, payload, trail)
            )
        return _unless_lost(run, payload, found, trail)
    if name in _SAME or name in _PURE:
        return Known(Native(name, lambda run, call: _method(run, name, value, call)), value.trail)
    if name in ("exists", "is_file", "is_dir"):
        return Known(Native(name, lambda run, call: exists(run, value, call.span, name)), value.trail)
    if name in ("read_text", "read_bytes"):
        return Known(
            Native(name, lambda run, call: read(run, value, call.span, name == "read_bytes")), value.trail
        )
    if name == "open":
        return Known(Native(name, lambda run, call: registry.open_file(run, value, call)), value.trail)
    if name in _MAKING or name in _NO_EFFECT:
        return Known(Native(name, lambda run, call: _done(run, name, value, call)), value.trail)
    return (
        Unknown("depends on the files where it runs", trail)
        if hasattr(PurePosixPath, name) or name in ("glob", "rglob", "iterdir", "stat", "owner")
        else None
    )


def _parents(run: Run, path: PurePosixPath, trail: Any) -> V:
    known = [parent for parent in path.parents if operations.marked(parent)]
    return Known(run.new_list([Known(parent, trail) for parent in known], complete=False), trail)


def _unless_lost(run: Run, before: Any, after: Any, trail: Any) -> V:
    """Return a part of a path; unknown if it lies above the folder whose place is not known."""
    if operations.marked(before) and isinstance(after, PurePosixPath) and not operations.marked(after):
        return Unknown(_WHERE, trail)
    if isinstance(after, list | tuple):
        if operations.marked(before):
            return Unknown(_WHERE, trail)
        return run.wrap(list(after) if isinstance(after, list) else after, trail)
    return Known(after, trail)


def _done(run: Run, name: str, value: V, call: Call) -> V:
    if name in _MAKING:
        written.note(run, value)
    written.note_handed_over(run, tuple(call.args[:1]) if name in ("rename", "replace") else ())
    return Unknown("is done to files when it runs", call.trail)


def _method(run: Run, name: str, value: V, call: Call) -> V:
    assert isinstance(value, Known)
    path: PurePosixPath = value.value
    trail = run.trail(call.step(f"{name}()"), value, *call.args)
    if name == "expanduser":
        return Unknown("depends on the user that runs it", trail) if str(path).startswith("~") else value
    if name in ("resolve", "absolute"):
        whole = absolute(run, str(path), name == "resolve")
        return _unless_lost(run, path, PurePosixPath(whole), trail)
    if name == "joinpath":
        return join(run, value, call.args, call.span)
    try:
        args = [plain(arg) for arg in call.args]
    except NotPlain as error:
        return Unknown(error.unknown.reason, trail)
    try:
        result = getattr(path, name)(*args)
    except (TypeError, ValueError) as error:
        if operations.marked(path) and name == "relative_to":
            return Unknown(_WHERE, trail)
        raise run.throw(type(error).__name__, str(error), call.span, trail) from None
    if isinstance(result, bool) and operations.marked(path):
        return Unknown(_WHERE, trail)
    return run.wrap(result, trail)


def absolute(run: Run, path: str, normal: bool = True) -> str:
    """Return a path from the root of the file system, as ``resolve()`` gives it where there are no links."""
    whole = path if path.startswith("/") else posixpath.join(run.place.cwd, path)
    return posixpath.normpath(whole) if normal else whole


def join(run: Run, first: V, others: list[V], span: Span) -> V:
    """Join paths as pathlib does; a part that is not known makes a text with an unknown part."""
    value = first
    for other in others:
        if isinstance(value, Unknown):
            return Unknown(value.reason, run.trail(Step("joined", span), value))
        if isinstance(other, Known) and isinstance(other.value, str | PurePosixPath):
            trail = run.trail(Step("joined", span), value, other)
            if isinstance(value.value, Text):
                joined = operations.make_text([*value.value.parts, f"/{other.value}"], trail)
                value = Unknown("is only partly known", trail) if str(other.value).startswith("/") else joined
            else:
                value = Known(PurePosixPath(value.value, other.value), trail)
        elif (
            isinstance(other, Known)
            and not isinstance(other.value, Text)
            and not hasattr(other.value, "__fspath__")
        ):
            kind = type(other.value).__name__
            raise run.throw(
                "TypeError",
                f"argument should be a str or an os.PathLike object, not '{kind}'",
                span,
                other.trail,
            )
        else:
            run.may_raise("TypeError", span)
            reason = other.reason if isinstance(other, Unknown) else "is only partly known"
            return Unknown(reason, run.trail(Step("joined", span), value, other))
    return value


def inside(run: Run, value: V) -> str | None:
    """Return a path relative to the project's root, or None if it does not surely lie in it."""
    if not isinstance(value, Known) or not isinstance(value.value, str | PurePosixPath):
        return None
    whole = absolute(run, str(value.value))
    return run.place.inside(whole)


def _is_mount(run: Run, value: V) -> bool:
    payload = value.value if isinstance(value, Known) else None
    return isinstance(payload, str | PurePosixPath) and run.place.is_mount(absolute(run, str(payload)))


def _is_written(run: Run, value: V, absent: bool) -> bool | None:
    payload = value.value if isinstance(value, Known) else None
    if not run.written or not isinstance(payload, str | PurePosixPath):
        return None
    return written.is_written(run, absolute(run, str(payload)), absent)


_STANDARD = frozenset(
    f"/{name}"
    for name in (
        *("", "bin", "dev", "etc", "lib", "opt", "srv", "tmp", "usr", "usr/bin", "usr/lib", "usr/local"),
        *("var", "var/cache", "var/lib", "var/log", "var/tmp"),
    )
)
"""Folders that every Linux system has (Filesystem Hierarchy Standard 3.0, sections 3 to 5)."""


def _is_standard(run: Run, value: V) -> bool:
    payload = value.value if isinstance(value, Known) else None
    return isinstance(payload, str | PurePosixPath) and absolute(run, str(payload)) in _STANDARD


def exists(run: Run, value: V, span: Span, what: str = "exists") -> V:
    """Say whether a file or folder is there: committed and standard ones are; others may be unknown."""
    trail = run.trail(Step("looked for", span), value)
    if _is_mount(run, value) or _is_standard(run, value):
        return Known(what != "is_file", trail)
    path = inside(run, value)
    if path is None:
        reason = value.reason if isinstance(value, Unknown) else "depends on the files where it runs"
        return Unknown(reason, trail)
    is_file, is_folder = run.project.exists(path), run.project.is_folder(path)
    if not (is_file or is_folder) and _is_written(run, value, True) is not None:
        return Unknown("is made when it runs", trail)
    if not (is_file or is_folder) and posixpath.dirname(path).startswith(".."):
        return Unknown("depends on the files where it runs", trail)
    found = {"exists": is_file or is_folder, "is_file": is_file, "is_dir": is_folder}[what]
    return Known(found, trail)


def read(run: Run, value: V, span: Span, binary: bool) -> V:
    """Return the text of a committed file."""
    trail = run.trail(Step("read from a file", span), value)
    path = inside(run, value)
    source = run.project.read(path) if path else None
    made = _is_written(run, value, source is None)
    if made is not None:
        if not made and source is None:
            run.may_raise("OSError", span)
        return Unknown("is written when it runs", trail)
    if source is None:
        if path is not None:
            shown = str(value.value) if isinstance(value, Known) else ""
            raise run.throw(
                "FileNotFoundError", f"[Errno 2] No such file or directory: '{shown}'", span, trail
            )
        run.may_raise("OSError", span)
        return Unknown("is read from a file that is not in the project", trail)
    text = source.text
    if binary:
        return Known(text.encode("utf-8", "replace"), (*trail, Step("the file", source.span(0))))
    return Known(text.replace("\r\n", "\n"), (*trail, Step("the file", source.span(0))))


def _os_path(name: str) -> Callable[[Run, Call], V]:
    function = getattr(posixpath, name)

    def apply(run: Run, call: Call) -> V:
        trail = run.trail(call.step(f"os.path.{name}()"), *call.args)
        for arg in call.args:
            if isinstance(arg, Known) and arg.value is None:
                message = "expected str, bytes or os.PathLike object, not NoneType"
                raise run.throw("TypeError", message, call.span, trail)
        partial = _partial_join(call, trail) if name == "join" else None
        if partial is not None:
            return partial
        try:
            args = [plain(arg) for arg in call.args]
        except NotPlain as error:
            run.may_raise("TypeError", call.span)
            return Unknown(error.unknown.reason, trail)
        if name in ("abspath", "realpath") and args and isinstance(args[0], str | PurePosixPath):
            result: Any = absolute(run, str(args[0]))
        else:
            try:
                result = function(*args)
            except (TypeError, ValueError) as error:
                raise run.throw(type(error).__name__, str(error), call.span, trail) from None
        if (
            any(operations.marked(arg) for arg in args)
            and not operations.marked(result)
            and name not in ("basename", "join", "splitext")
        ):
            return Unknown(_WHERE, trail)
        return run.wrap(result, trail)

    return apply


def _partial_join(call: Call, trail: Any) -> V | None:
    """Join parts of which some are not known; None if all are known."""
    if all(isinstance(arg, Known) and isinstance(arg.value, str | PurePosixPath) for arg in call.args):
        return None
    parts: list[str | Unknown] = []
    for index, arg in enumerate(call.args):
        if isinstance(arg, Known) and not isinstance(arg.value, str | PurePosixPath | Text):
            return None
        if isinstance(arg, Unknown) and index:
            return Unknown(arg.reason, trail)  # it may be absolute, and then nothing before it counts
        for part in operations.parts_of(arg):
            if index and part is operations.parts_of(arg)[0]:
                if not isinstance(part, str):
                    return Unknown(part.reason, trail)
                if part.startswith("/"):
                    parts = []
                else:
                    parts.append("/")
            parts.append(part)
    return operations.make_text(parts, trail)


def _exists(what: str) -> Callable[[Run, Call], V]:
    return lambda run, call: exists(run, call.args[0] if call.args else Known(None), call.span, what)


FUNCTIONS: dict[str, Callable[[Run, Call], V]] = {
    **{
        f"os.path.{name}": _os_path(name)
        for name in (
            "join",
            "dirname",
            "basename",
            "abspath",
            "realpath",
            "normpath",
            "splitext",
            "split",
            "isabs",
            "relpath",
            "commonpath",
        )
    },
    "os.path.exists": _exists("exists"),
    "os.path.isfile": _exists("is_file"),
    "os.path.isdir": _exists("is_dir"),
}
