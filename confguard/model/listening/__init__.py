"""Which ports the containers of a stack listen on.

>>> from confguard.model.listening import Listener, Listening, listening, programs
"""

from __future__ import annotations

from confguard.model.listening.find import listening, programs
from confguard.model.listening.programs import Program, Programs
from confguard.model.listening.types import Listener, Listening

__all__ = ["Listener", "Listening", "Program", "Programs", "listening", "programs"]
