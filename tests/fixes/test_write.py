"""Changed files on the disk: all at once or none, and nothing of a file but its text changes."""

import os
import stat

import pytest

from confguard.fixes import write as module
from confguard.fixes.write import WriteError, write


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "a").write_bytes(b"one\r\n")
    (folder / "b").write_bytes(b"two")
    return folder


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_files_are_written_with_their_modes(root):
    (root / "a").chmod(0o750)
    write(root, {"a": ("one\r\n", "1\r\n"), "b": ("two", "2")})
    assert (root / "a").read_bytes() == b"1\r\n"
    assert (root / "b").read_bytes() == b"2"
    assert stat.S_IMODE((root / "a").stat().st_mode) == 0o750
    assert names(root) == ["a", "b"]


def test_a_new_file_is_made(root):
    write(root, {"new": ("", "text\n")})
    assert (root / "new").read_text() == "text\n"
    assert stat.S_IMODE((root / "new").stat().st_mode) & 0o077 == 0o066 & ~_umask()


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.mark.parametrize(
    ("data", "old", "new", "expected"),
    [
        (b"\xef\xbb\xbfa", "a", "b", b"\xef\xbb\xbfb"),
        ("ä".encode("utf-16"), "ä", "ö", "ö".encode("utf-16")),
        (b"\xfe\xff\x00a", "a", "b", b"\xfe\xff\x00b"),
        (b"caf\xe9", "caf\xe9", "th\xe9", b"th\xe9"),
    ],
)
def test_the_encoding_and_the_byte_order_mark_stay(root, data, old, new, expected):
    (root / "a").write_bytes(data)
    write(root, {"a": (old, new)})
    assert (root / "a").read_bytes() == expected


def test_a_text_that_its_encoding_cannot_hold_is_refused(root):
    (root / "a").write_bytes(b"caf\xe9")
    with pytest.raises(WriteError, match="own encoding"):
        write(root, {"a": ("caf\xe9", "日")})
    assert (root / "a").read_bytes() == b"caf\xe9"


def test_a_file_that_was_changed_since_it_was_read_is_refused_and_nothing_is_written(root):
    (root / "b").write_bytes(b"three")
    with pytest.raises(WriteError, match="b was changed since"):
        write(root, {"a": ("one\r\n", "1\r\n"), "b": ("two", "2")})
    assert (root / "a").read_bytes() == b"one\r\n"
    assert names(root) == ["a", "b"]


@pytest.mark.parametrize("fails_at", [1, 2])
def test_a_failure_while_files_are_replaced_takes_all_back(root, monkeypatch, fails_at):
    count = 0
    replace = module.Path.replace

    def failing(self, target):
        nonlocal count
        count += 1
        if count == fails_at:
            raise OSError(28, "No space left on device", str(target))
        return replace(self, target)

    monkeypatch.setattr(module.Path, "replace", failing)
    with pytest.raises(WriteError, match="No space left"):
        write(root, {"a": ("one\r\n", "1\r\n"), "b": ("two", "2"), "c": ("", "new")})
    assert (root / "a").read_bytes() == b"one\r\n"
    assert (root / "b").read_bytes() == b"two"
    assert names(root) == ["a", "b"]


def test_a_link_out_of_the_project_is_not_followed(root):
    outside = root.parent / "outside"
    outside.write_text("one")
    (root / "link").symlink_to(outside)
    with pytest.raises(WriteError, match="outside"):
        write(root, {"link": ("one", "1")})
    assert outside.read_text() == "one"


def test_a_link_inside_of_the_project_stays_a_link(root):
    (root / "link").symlink_to("b")
    write(root, {"link": ("two", "2")})
    assert (root / "link").is_symlink()
    assert (root / "b").read_text() == "2"


def test_a_removed_file_is_not_made_again(root):
    with pytest.raises(WriteError, match="removed"):
        write(root, {"gone": ("text", "new")})
    assert names(root) == ["a", "b"]
