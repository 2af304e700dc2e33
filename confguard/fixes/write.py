"""Changed texts to the disk: all files at once or none, each as it was but for its text."""

from __future__ import annotations

import codecs
import contextlib
import os
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from confguard.source import MAX_BYTES, decode


class WriteError(Exception):
    """Nothing was changed; the text says which file could not be written, and why."""


@dataclass(slots=True)
class _Target:
    path: str
    file: Path
    old: bytes | None
    new: bytes
    mode: int
    owner: tuple[int, int] | None = None
    temporary: Path | None = None


def write(root: Path, changes: Mapping[str, tuple[str, str]]) -> None:
    """Write new texts below a root: path to (text as it was read, new text).

    The old text of a file that is not there is ``""``. A file that is not what was read any more, that
    lies outside of the root or is no plain file is refused. Encodings, byte order marks and modes stay.
    Raises WriteError; then every file is as it was before.
    """
    targets: list[_Target] = []
    try:
        for path, (old, new) in sorted(changes.items()):
            targets.append(_target(root, path, old, new))
        if len({target.file for target in targets}) < len(targets):
            raise WriteError("two paths lead to the same file")
        for target in targets:
            _prepare(target)
        _replace(targets)
    except OSError as error:
        raise WriteError(f"cannot write {error.filename or 'a file'}: {error.strerror}") from None
    finally:
        for target in targets:
            if target.temporary is not None:
                with contextlib.suppress(OSError):
                    target.temporary.unlink()


def _target(root: Path, path: str, old: str, new: str) -> _Target:
    real = Path(os.path.realpath(root / path))
    if not real.is_relative_to(os.path.realpath(root)):
        raise WriteError(f"{path} lies outside of the project")
    if not real.exists():
        if old or not real.parent.is_dir():
            raise WriteError(f"{path} was removed since it was read")
        return _Target(path, real, None, new.encode("utf-8"), 0o666 & ~_umask())
    status = real.stat()
    if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
        raise WriteError(f"{path} is no plain file")
    data = real.read_bytes()
    encoded = _encoded(path, data, old, new)
    return _Target(path, real, data, encoded, stat.S_IMODE(status.st_mode), (status.st_uid, status.st_gid))


def _encoded(path: str, data: bytes, old: str, new: str) -> bytes:
    """Return a new text in the encoding of a file's bytes, if those are the text that was read."""
    changed = WriteError(f"{path} was changed since it was read")
    source, _ = decode(path, data)
    if source.text != old:
        raise changed
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (b"", "utf-8"),
        (b"", "latin-1"),
    ):
        with contextlib.suppress(UnicodeError):
            if data.startswith(mark) and mark + old.encode(encoding) == data:
                return mark + new.encode(encoding)
    raise WriteError(f"{path} cannot be written in its own encoding")


def _prepare(target: _Target) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{target.file.name}.", dir=target.file.parent)
    target.temporary = Path(name)
    with os.fdopen(handle, "wb") as stream:
        stream.write(target.new)
        stream.flush()
        os.fsync(stream.fileno())
    status = target.temporary.stat()
    if target.owner not in (None, (status.st_uid, status.st_gid)) and hasattr(os, "chown"):
        with contextlib.suppress(OSError):  # only root can; for others the file is theirs already
            os.chown(target.temporary, *target.owner)
    target.temporary.chmod(target.mode)


def _replace(targets: list[_Target]) -> None:
    done: list[_Target] = []
    try:
        for target in targets:
            assert target.temporary is not None
            if (target.file.read_bytes() if target.file.exists() else None) != target.old:
                raise WriteError(f"{target.path} was changed since it was read")
            target.temporary.replace(target.file)
            target.temporary = None
            done.append(target)
    except BaseException:
        for target in done:
            _restore(target)
        raise


def _restore(target: _Target) -> None:
    if target.old is None:
        target.file.unlink()
        return
    target.new = target.old
    _prepare(target)
    assert target.temporary is not None
    target.temporary.replace(target.file)
    target.temporary = None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
