"""A readiness plan answered from a repository: a plan's rows in, their states with evidence out."""

from __future__ import annotations

from confguard.readiness.assess import Answer, Assessment, assess
from confguard.readiness.outcome import Outcome, State, Subject
from confguard.readiness.plan import Plan, PlanError, Row, adapted, load_plan

__all__ = [
    "Answer",
    "Assessment",
    "Outcome",
    "Plan",
    "PlanError",
    "Row",
    "State",
    "Subject",
    "adapted",
    "assess",
    "load_plan",
]
