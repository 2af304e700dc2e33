"""Values that are known or unknown, with the trail of steps that made them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Generic, TypeVar

from confguard.source import Span

T = TypeVar("T")
U = TypeVar("U")


class Origin(Enum):
    """Where a value came from, as far as it matters to rules."""

    WRITTEN = "written"
    """Stands in a file that is used as it is: it is what will run."""

    TEMPLATE = "template"
    """Stands in a template that the operator copies and edits: a proposal, not a fact."""

    DEFAULT = "default"
    """Applies because nothing was delivered: ``${VAR:-x}``, ``os.getenv("VAR", "x")``, a program's own."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step in the making of a value: a place (none for a program's own default) and a few words."""

    text: str
    span: Span | None = None
    origin: Origin = Origin.WRITTEN


Trail = tuple[Step, ...]
"""The steps that made a value, newest first."""


@dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """A value that is surely this one."""

    value: T
    trail: Trail = ()

    @property
    def span(self) -> Span | None:
        """The newest place in the trail."""
        return next((step.span for step in self.trail if step.span is not None), None)

    @property
    def from_template(self) -> bool:
        """Whether a template's text took part, which the operator may replace."""
        return any(step.origin is Origin.TEMPLATE for step in self.trail)

    @property
    def from_default(self) -> bool:
        """Whether a default took part, because nothing was delivered."""
        return any(step.origin is Origin.DEFAULT for step in self.trail)

    def map(self, function: Callable[[T], U], step: Step | None = None) -> Known[U]:
        """Return the value changed by a function, with the step that did it in front of the trail."""
        return Known(function(self.value), (step, *self.trail) if step else self.trail)

    def then(self, step: Step) -> Known[T]:
        """Return the same value with one more step in front of its trail."""
        return replace(self, trail=(step, *self.trail))


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that cannot be known from the files, and why. Rules say nothing about it."""

    reason: str
    trail: Trail = ()

    @property
    def span(self) -> Span | None:
        """The newest place in the trail."""
        return next((step.span for step in self.trail if step.span is not None), None)


Value = Known[T] | Unknown
