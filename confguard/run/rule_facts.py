"""What reporters are told of a rule, from its card."""

from __future__ import annotations

from confguard import __version__
from confguard.cards import Card
from confguard.reporters.result import RuleInfo

DOCS_URL = "https://github.com/confguard/confguard/blob/v{version}/{path}"


def rule_info(card: Card) -> RuleInfo:
    """Return what reporters say about the rule of a card."""
    return RuleInfo(
        name=card.name,
        family=card.family,
        summary=card.title,
        severity=card.severity,
        confidence=card.confidence,
        why=card.sections["Why it matters"],
        help_markdown=card.body,
        url=DOCS_URL.format(version=__version__, path=card.path),
        tags=card.tags,
    )
