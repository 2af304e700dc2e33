"""Stacks: the ways in which a repository is run.

``find`` collects them from configuration, from the commands that people really run, from COMPOSE_FILE,
from Compose's own defaults, and judges what is left by its content.
"""

from confguard.model.stacks.find import find
from confguard.model.stacks.gather import gather
from confguard.model.stacks.sightings import Gathered, Sighting
from confguard.model.stacks.stack import ConfiguredStack, Role, Stack, default_files

__all__ = [
    "ConfiguredStack",
    "Gathered",
    "Role",
    "Sighting",
    "Stack",
    "default_files",
    "find",
    "gather",
]
