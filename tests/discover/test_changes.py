"""Which lines changed since a commit, renames, gaps, shallow clones, hostile settings."""

from __future__ import annotations

import subprocess

import pytest

from confguard.discover.changes import WHOLE, ChangesError, changes_since

TEN = "".join(f"line {number}\n" for number in range(1, 11))


def git(root, *arguments):
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, "-C", root, *arguments], check=True, capture_output=True)


def commit(root):
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", "x")


def write(root, name, text):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")


@pytest.fixture
def branch(tmp_path):
    """Return a repository on a branch that left main, which went on by itself."""
    root = tmp_path / "repository"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    for name in ("a.txt", "b.txt", "sub/c.txt"):
        write(root, name, TEN)
    commit(root)
    git(root, "switch", "-q", "-c", "topic")
    git(root, "switch", "-q", "main")
    write(root, "b.txt", f"only on main\n{TEN}")
    commit(root)
    git(root, "switch", "-q", "topic")
    return root


def lines(root, *names, since="main"):
    names = names or ("a.txt", "b.txt", "sub/c.txt", "new.txt", "renamed.txt")
    return changes_since(root, since).lines(frozenset(names))


def test_nothing_changed_on_the_branch_though_main_went_on(branch):
    assert lines(branch) == {}


def test_edited_and_added_lines_count_committed_or_not(branch):
    write(branch, "a.txt", TEN.replace("line 3\n", "line three\nand more\n"))
    commit(branch)
    write(branch, "b.txt", f"{TEN}line 11\n")
    assert lines(branch) == {"a.txt": (range(3, 5),), "b.txt": (range(11, 12),)}


def test_the_lines_around_a_gap_count(branch):
    write(branch, "a.txt", TEN.replace("line 5\n", ""))
    write(branch, "b.txt", TEN.replace("line 1\n", ""))
    assert lines(branch) == {"a.txt": (range(4, 6),), "b.txt": (range(1, 2),)}


def test_lines_that_look_like_hunks_are_lines(branch):
    write(branch, "a.txt", TEN.replace("line 5\n", "@@ -1,9 +1,9 @@\n-- x\n++ y\n"))
    assert lines(branch) == {"a.txt": (range(5, 8),)}


def test_a_file_without_a_newline_at_its_end(branch):
    write(branch, "a.txt", TEN.rstrip("\n"))
    assert lines(branch) == {"a.txt": (range(10, 11),)}


def test_all_of_a_new_file_counts_once_git_knows_it(branch):
    write(branch, "new.txt", TEN)
    assert lines(branch) == {}
    git(branch, "add", "-N", "new.txt")
    assert lines(branch) == {"new.txt": WHOLE}


def test_of_a_renamed_file_only_edits_count(branch):
    git(branch, "mv", "a.txt", "renamed.txt")
    commit(branch)
    assert lines(branch) == {}
    write(branch, "renamed.txt", TEN.replace("line 7", "line seven"))
    assert lines(branch) == {"renamed.txt": (range(7, 8),)}


def test_a_deleted_file_has_no_lines(branch):
    git(branch, "rm", "-q", "a.txt")
    assert lines(branch) == {}


def test_paths_are_relative_to_the_project_which_may_lie_deeper(branch):
    write(branch, "sub/c.txt", TEN.replace("line 2", "line two"))
    changes = changes_since(branch / "sub", "main")
    assert changes.lines(frozenset({"c.txt", "a.txt"})) == {"c.txt": (range(2, 3),)}
    assert changes.texts_before() == {"c.txt": TEN.encode()}


@pytest.mark.parametrize("name", ["a b.txt", 'é\t".txt', ":(top)x.txt", "-x.txt", "*.txt", "new\nline.txt"])
def test_any_name_of_a_file(branch, name):
    git(branch, "switch", "-q", "main")
    write(branch, name, TEN)
    commit(branch)
    write(branch, name, TEN.replace("line 4", "line four"))
    write(branch, "a.txt", "")
    assert lines(branch, name) == {name: (range(4, 5),)}


def test_a_file_that_attributes_call_binary_is_still_text(branch):
    write(branch, ".gitattributes", "*.txt binary\n")
    write(branch, "a.txt", TEN.replace("line 3", "line three"))
    assert lines(branch) == {"a.txt": (range(3, 4),)}


def test_a_users_own_taste_in_diffs_changes_nothing(branch):
    taste = {
        "color.ui": "always",
        "diff.context": "9",
        "diff.interHunkContext": "9",
        "diff.noprefix": "true",
        "diff.mnemonicPrefix": "true",
        "diff.renames": "false",
        "diff.relative": "true",
        "core.quotePath": "false",
    }
    for name, value in taste.items():
        git(branch, "config", name, value)
    git(branch, "mv", "a.txt", "renamed.txt")
    write(branch, "renamed.txt", TEN.replace("line 2", "2").replace("line 4", "4"))
    assert lines(branch) == {"renamed.txt": (range(2, 3), range(4, 5))}


def test_a_repository_runs_nothing_when_it_is_compared(branch, tmp_path):
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\ncat\n")
    trap.chmod(0o755)
    write(branch, ".gitattributes", "*.txt diff=bad filter=bad\n*.conf filter=worse\n")
    for name in (
        *("core.fsmonitor", "core.pager", "pager.diff", "diff.external", "diff.bad.command"),
        *("diff.bad.textconv", "filter.bad.clean", "filter.bad.smudge", "filter.worse.process"),
    ):
        git(branch, "config", name, str(trap))
    git(branch, "config", "filter.bad.required", "true")
    git(branch, "config", "core.hooksPath", str(tmp_path))
    write(branch, "a.txt", TEN.replace("line 3", "line three"))
    write(branch, "x.conf", TEN)
    (tmp_path / "post-index-change").symlink_to(trap)
    assert lines(branch) == {"a.txt": (range(3, 4),)}
    assert not (tmp_path / "sprung").exists()
    subprocess.run(["git", "-C", branch, "diff", "--stat"], capture_output=True)
    assert (tmp_path / "sprung").exists(), "the trap is none"


def test_a_filter_that_cannot_be_switched_off_is_refused(branch):
    git(branch, "config", "filter.a=b.clean", "cat")
    with pytest.raises(ChangesError, match="equals sign"):
        lines(branch)


@pytest.mark.parametrize("since", ["", "--output=x", "-x", "main\n", "x\0"])
def test_what_is_no_name_of_a_commit_is_refused(branch, since):
    with pytest.raises(ChangesError, match="is no name of a commit"):
        lines(branch, since=since)


def test_an_unknown_commit_is_told_with_a_hint(branch):
    with pytest.raises(ChangesError, match=r"git knows no commit 'develop' here; .* origin/develop"):
        lines(branch, since="develop")


@pytest.mark.parametrize("since", ["HEAD~9", "HEAD^2", "0123456789ab", "origin/develop"])
def test_what_is_no_branch_gets_no_hint_on_branches(branch, since):
    with pytest.raises(ChangesError, match=r"git knows no commit '[^']*' here$"):
        lines(branch, since=since)


def test_branches_without_a_common_commit(branch):
    git(branch, "switch", "-q", "--orphan", "other")
    commit(branch)
    with pytest.raises(ChangesError, match=r"'main' and HEAD have no commit in common here$"):
        lines(branch)


def test_a_shallow_clone_says_what_to_do(branch, tmp_path):
    commit(branch)
    clone = tmp_path / "clone"
    subprocess.run(
        ["git", "clone", "-q", "--depth=1", "--no-single-branch", f"file://{branch}", clone], check=True
    )
    for since in ("origin/main", "HEAD~1"):
        with pytest.raises(ChangesError, match=r"shallow clone: fetch the history .*fetch-depth: 0"):
            lines(clone, since=since)


def test_the_first_parent_of_a_merge_is_enough_for_a_pull_request(branch, tmp_path):
    """What actions/checkout leaves with `fetch-depth: 2`: the merge of the branch, and its parents."""
    write(branch, "a.txt", TEN.replace("line 3", "line three"))
    commit(branch)
    git(branch, "switch", "-q", "--detach", "main")
    git(branch, "merge", "-q", "--no-ff", "-m", "merge", "topic")
    git(branch, "branch", "merged")
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "--depth=2", "-b", "merged", f"file://{branch}", clone], check=True)
    assert lines(clone, since="HEAD^1") == {"a.txt": (range(3, 4),)}


def test_outside_of_git_nothing_can_be_told(tmp_path):
    with pytest.raises(ChangesError, match="changes can be told in a git repository only"):
        lines(tmp_path)


def test_what_files_held_before(branch):
    write(branch, "a.txt", "new\n")
    git(branch, "mv", "b.txt", "renamed.txt")
    git(branch, "rm", "-q", "sub/c.txt")
    write(branch, "new.txt", "x\n")
    (branch / "link.txt").symlink_to("a.txt")
    git(branch, "add", "-A")
    changes = changes_since(branch, "main")
    assert changes.texts_before() == dict.fromkeys(("a.txt", "b.txt", "sub/c.txt"), TEN.encode())
    assert changes.new == {"renamed.txt", "new.txt", "link.txt"}
    assert changes.renamed == {"b.txt": "renamed.txt"}


def test_a_link_that_became_a_file_was_no_file(branch):
    git(branch, "switch", "-q", "main")
    (branch / "a-link.txt").symlink_to("a.txt")
    commit(branch)
    (branch / "a-link.txt").unlink()
    write(branch, "a-link.txt", "x\n")
    changes = changes_since(branch, "main")
    assert (changes.texts_before(), changes.new) == ({}, {"a-link.txt"})


def test_what_was_too_large_is_left_out(branch, monkeypatch):
    monkeypatch.setattr("confguard.discover.changes.MAX_BYTES", 50)
    write(branch, "small.txt", "x\n")
    commit(branch)
    write(branch, "small.txt", "y\n")
    write(branch, "a.txt", "y\n")
    assert changes_since(branch, "HEAD").texts_before() == {"small.txt": b"x\n"}


def test_nothing_changed_nothing_is_asked(branch):
    assert changes_since(branch, "main").texts_before() == {}
