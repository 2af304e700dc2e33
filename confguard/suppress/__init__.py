"""Findings that the owners of a repository know and mean: what silences them, and what became of it."""

from confguard.suppress.comments import Malformed, Suppression, find_suppressions
from confguard.suppress.silence import Silencer, covers

__all__ = ["Malformed", "Silencer", "Suppression", "covers", "find_suppressions"]
