"""Which findings a baseline knows: exactly those, moved ones, smaller ones, and never one more."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from confguard.baseline import Identity, compare, counted, identity, read, text_of
from confguard.finding import Finding, Label
from confguard.source import SourceFile


def finding(path, *address, rule="r", others=(), line=1):
    def label(name):
        return Label(SourceFile(name, "x\n" * line).line_span(line))

    return Finding("m", label(path), tuple(map(label, others)), rule=rule, address=address)


def baseline(findings, files=()):
    return read(SourceFile("b.json", text_of(counted(findings), files)))


def judged(known, now, *, before=(), files=(), silent=()):
    """Compare: (addresses of known, of new, of stale)."""
    paths = {*files, *(label.span.path for one in now for label in one.labels)}
    made = compare(baseline(known, before), now, paths, paths, silent)
    return (
        [one.address for one, _ in made.known],
        [one.address for one in made.new],
        [(entry.identity.address, gone) for entry, gone in made.stale],
    )


def test_a_finding_on_another_line_is_the_same():
    assert judged([finding("a", "web", line=3)], [finding("a", "web", line=9)]) == ([("web",)], [], [])


def test_a_finding_of_another_rule_address_or_path_is_new_and_the_entry_is_stale():
    known = [finding("a", "web")]
    for other in (finding("a", "db"), finding("b", "web"), finding("a", "web", rule="s")):
        assert judged(known, [other], files=["a", "b"], before=["b"]) == (
            [],
            [other.address],
            [(("web",), 1)],
        )


def test_of_more_findings_than_are_counted_all_are_new_and_say_so():
    known, now = [finding("a", "web")], [finding("a", "web"), finding("a", "web", line=2)]
    made = compare(baseline(known), now, ["a"], ["a"])
    assert [one.notes for one in made.new] == [("the baseline knows 1 of these 2",)] * 2
    assert not made.known
    assert not made.stale


def test_of_fewer_findings_than_are_counted_the_rest_is_stale():
    known = [finding("a", "web"), finding("a", "web", line=2)]
    assert judged(known, known[:1]) == ([("web",)], [], [(("web",), 1)])


def test_a_renamed_file_keeps_what_is_known_of_it():
    known = [finding("old/compose.yaml", "web", others=["nginx.conf"])]
    now = [finding("new/compose.yaml", "web", others=["nginx.conf"])]
    assert judged(known, now, files=["nginx.conf"]) == ([("web",)], [], [])


def test_a_path_in_the_address_is_renamed_too():
    known = [finding("old.conf", "old.conf", "location /", "compose.old.yaml + old.conf")]
    now = [finding("new.conf", "new.conf", "location /", "compose.new.yaml + new.conf")]
    before, files = ["compose.old.yaml"], ["compose.new.yaml"]
    assert judged(known, now, before=before, files=files)[1:] == ([], [])


def test_a_renamed_file_that_only_the_address_names_is_found_among_all_files():
    known = baseline([finding("a.conf", "old/locations", "/")], ["a.conf", "old/locations"])
    now = [finding("a.conf", "new/locations", "/")]
    assert not compare(known, now, ["a.conf"], ["a.conf", "new/locations"]).new
    assert compare(known, now, ["a.conf"], ["a.conf", "new/locations", "old/locations"]).new


def test_the_same_violation_in_a_file_that_was_there_already_is_new():
    known, now = [finding("old.yaml", "web")], [finding("other.yaml", "web")]
    assert judged(known, now, before=["other.yaml"])[1] == [("web",)]


def test_a_copy_is_new_while_the_old_file_is_there():
    known = [finding("old.yaml", "web")]
    now = [finding("old.yaml", "web"), finding("copy.yaml", "web")]
    assert judged(known, now) == ([("web",)], [("web",)], [])
    assert judged(known, now[1:], files=["old.yaml"])[1] == [("web",)]


def test_one_entry_knows_one_renamed_finding_and_no_second_one():
    known = [finding("old.yaml", "web")]
    now = [finding("new1.yaml", "web"), finding("new2.yaml", "web")]
    assert judged(known, now) == ([("web",)], [("web",)], [])


def test_a_name_that_only_begins_like_a_renamed_path_is_left_alone():
    known = [finding("a.conf", "a.conf.d", "x")]
    assert judged(known, [finding("b.conf", "b.conf.d", "x")])[1] == [("b.conf.d", "x")]


def test_what_is_left_of_a_finding_when_a_part_of_it_is_mended_is_known():
    known = [finding("a", "env", "KEY", "HOST", "PORT", others=["b", "c"])]
    assert judged(known, [finding("a", "env", "KEY", "PORT", others=["b"])])[1:] == ([], [])
    assert judged(known, [finding("a", "env", "KEY", "HOST", "PORT")])[1:] == ([], [])
    assert judged(known, [finding("a", "env", "NEW", "PORT")])[1] == [("env", "NEW", "PORT")]
    assert judged(known, [finding("a", "env", "KEY", "HOST", "PORT", "NEW")])[1]
    assert judged(known, [finding("d", "env", "KEY")], before=["d"])[1]
    assert judged(known, [finding("a", "KEY", "env")])[1] == [("KEY", "env")]
    assert judged(known, [finding("a")])[1] == [()]


def test_a_rule_that_did_not_run_makes_no_entry_stale():
    assert judged([finding("a", "web")], [], silent={"r"}) == ([], [], [])


def test_pruning_keeps_what_is_there_under_its_new_name():
    known = [finding("old", "web"), finding("gone", "db")]
    made = compare(baseline(known), [finding("new", "web")], ["new"], ["new"])
    assert made.kept() == {Identity("r", ("new",), ("web",)): 1}


SMALL = st.builds(
    lambda path, address, rule: finding(path, *address, rule=rule),
    st.sampled_from(["a", "b", "c"]),
    st.lists(st.sampled_from(["x", "y"]), max_size=2),
    st.sampled_from(["r", "s"]),
)


@given(st.lists(SMALL, max_size=8))
def test_a_project_is_clean_right_after_it_adopted_its_findings(findings):
    made = compare(baseline(findings, "abc"), findings, "abc", "abc")
    assert (len(made.known), made.new, made.stale) == (len(findings), (), ())
    assert made.kept() == counted(findings)


@given(st.lists(SMALL, max_size=8), SMALL)
def test_one_finding_more_is_never_swallowed(findings, more):
    made = compare(baseline(findings, "abc"), [*findings, more], "abc", "abc")
    assert identity(more) in {identity(one) for one in made.new}


@given(st.lists(SMALL, max_size=8), st.lists(SMALL, max_size=8))
def test_nothing_is_lost_and_no_entry_knows_more_than_it_counts(before, now):
    made = compare(baseline(before, "abc"), now, "abc", "abc")
    assert len(made.known) + len(made.new) == len(now)
    uses = {}
    for _, entry in made.known:
        uses[entry] = uses.get(entry, 0) + 1
    assert all(count <= entry.count for entry, count in uses.items())
    assert all(uses.get(entry, 0) + gone <= entry.count for entry, gone in made.stale)


@given(st.lists(SMALL, max_size=8))
def test_renaming_every_file_changes_nothing(findings):
    moved = [
        Finding(
            "m",
            Label(SourceFile(f"new/{one.primary.span.path}", "x\n").line_span(1)),
            rule=one.rule,
            address=one.address,
        )
        for one in findings
    ]
    files = {one.primary.span.path for one in moved}
    made = compare(baseline(findings, "abc"), moved, files, files)
    assert not made.new
    assert not made.stale
