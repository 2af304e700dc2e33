"""Records are what frozen dataclasses with slots are to whoever compares, prints, replaces or matches."""

from __future__ import annotations

from dataclasses import field, replace

import pytest

from confguard.records import record


@record
class Point:
    """A point."""

    x: int
    y: int = 0
    tags: list[str] = field(default_factory=list, repr=False, compare=False)


@record
class Other:
    x: int
    y: int = 0


@record(eq=False)
class Mark:
    x: int


@record
class Hashed:
    text: str
    number: int

    def __hash__(self) -> int:
        return self.number


@record
class Nothing:
    pass


@record
class Twice:
    text: str
    double: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "double", self.text * 2)


def test_equal_by_fields_that_are_compared() -> None:
    assert Point(1, 2, ["a"]) == Point(1, 2, ["b"])
    assert Point(1) != Point(2)
    assert Point(1) != Other(1)
    assert Point(1) != 1
    assert len({Point(1), Point(1, 0, ["a"]), Point(2)}) == 2


def test_a_class_may_say_its_own_hash() -> None:
    assert hash(Hashed("a", 7)) == 7
    assert len({Hashed("a", 7), Hashed("b", 7), Hashed("a", 7)}) == 2


def test_without_comparison_each_is_itself() -> None:
    one = Mark(1)
    assert one != Mark(1)
    assert len({one, one, Mark(1)}) == 2


def test_printed_replaced_and_matched() -> None:
    assert repr(Point(1, tags=["a"])) == "Point(x=1, y=0)"
    assert repr(Point(Nothing())) == "Point(x=Nothing(), y=0)"  # type: ignore[arg-type]
    assert replace(Point(1, 2), x=3) == Point(3, 2)
    match Point(1, 2):
        case Point(x, y):
            assert (x, y) == (1, 2)
    assert Twice("a").double == "aa"


def test_repr_of_what_holds_itself_ends() -> None:
    point = Point([])  # type: ignore[arg-type]
    point.x.append(point)  # type: ignore[attr-defined]
    assert repr(point) == "Point(x=[...], y=0)"


def test_has_slots_and_its_own_defaults() -> None:
    assert not hasattr(Point(1), "__dict__")
    Point(1).tags.append("a")
    assert Point(1).tags == []
    with pytest.raises(TypeError):
        Point()  # type: ignore[call-arg]
