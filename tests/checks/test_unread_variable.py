"""What counts as a reader of a variable where the configuration names the stacks."""

from __future__ import annotations

from confguard.config.settings import ConfiguredStack

OURS = """
services:
  db:
    image: postgres:17.6
    environment: ["POSTGRES_DB=${STORE:?}"]
"""
ANOTHER = """
services:
  db:
    image: postgres:17.6
    command: postgres -N ${CONNECTIONS:-9}
"""
FILES = {
    "compose.prod.yaml": OURS,
    "hosting/compose.yaml": ANOTHER,
    ".env.example": "STORE=shop\nCONNECTIONS=200\nNOBODY=1\n",
}


def test_a_compose_file_outside_of_the_stacks_that_are_judged_reads_its_variables(findings_of):
    stack = ConfiguredStack("production", files=("compose.prod.yaml",))
    (finding,) = findings_of(FILES, "unread-variable", stacks=(stack,))
    assert "NOBODY" in finding.message
    assert "CONNECTIONS" not in finding.message
