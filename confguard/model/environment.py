"""Environments: which variables are set for a process, to what, and what said so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from confguard.model.value import Known, Trail, Unknown


@dataclass(frozen=True, slots=True)
class Environment:
    """The variables of a process, as far as they are known.

    ``complete`` says that every variable which is not in ``values`` is surely unset; where it is False,
    ``reason`` says why more may be set (an env file that nobody committed, a shell). ``trail`` names
    the places that made the environment what it is.
    """

    values: Mapping[str, Known[str] | Unknown] = field(default_factory=dict)
    complete: bool = True
    trail: Trail = ()
    reason: str = ""

    def get(self, name: str) -> Known[str] | Unknown | None:
        """Return a variable's value; None means that it is surely unset.

        Unknown means that it is set to something that cannot be known, or that it may be set.
        """
        value = self.values.get(name)
        if value is None and not self.complete:
            reason = self.reason or "not every source of this environment is known"
            return Unknown(f"{name} may be set: {reason}", self.trail)
        return value

    def __contains__(self, name: object) -> bool:
        """Say whether a variable is surely set."""
        return name in self.values

    def __iter__(self) -> Iterator[str]:
        return iter(self.values)

    def known(self) -> dict[str, str]:
        """Return the variables whose value is known."""
        return {name: value.value for name, value in self.values.items() if isinstance(value, Known)}
