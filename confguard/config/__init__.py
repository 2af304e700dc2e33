"""``[tool.confguard]`` of a project as frozen settings; unknown keys and names are errors.

``kinds`` are the types of values, ``keys`` all keys there are; ``files`` finds and merges the files,
``places`` knows where their keys stand, ``load`` makes ``Settings`` of them, ``schema`` publishes them.
"""

from confguard.config.kinds import suggestion
from confguard.config.load import check_selectors, load_settings, parse_settings
from confguard.config.settings import (
    ConfigError,
    ConfiguredStack,
    ConfiguredSuppression,
    ReadinessSettings,
    Settings,
    matches,
    selected_cards,
)

__all__ = [
    "ConfigError",
    "ConfiguredStack",
    "ConfiguredSuppression",
    "ReadinessSettings",
    "Settings",
    "check_selectors",
    "load_settings",
    "matches",
    "parse_settings",
    "selected_cards",
    "suggestion",
]
