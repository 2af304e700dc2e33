"""Texts that are most likely live credentials: by the prefix of their issuer, or by how random they look.

Prefixes are those that the issuers document: AWS (IAM identifiers), GitHub (token formats), GitLab, Stripe
(API keys), Slack, Google (API keys), SendGrid, Anthropic and OpenAI (``sk-``), and PEM blocks (RFC 7468).
"""

from __future__ import annotations

import math
import re
from collections import Counter

from confguard.model.secret_shape import Shape, shape_of

PRIVATE_KEY = "a private key"
_TOKENS = (
    ("an AWS access key", re.compile(r"\b(?:AKIA|ASIA)(?!IOSFODNN7EXAMPLE)[0-9A-Z]{16}\b")),
    ("a GitHub token", re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{50,})")),
    ("a GitLab token", re.compile(r"\bglpat-[\w-]{20}")),
    ("a live Stripe key", re.compile(r"\b[sr]k_live_[A-Za-z0-9]{20,}")),
    ("a Slack token", re.compile(r"\bxox[abeprs]-\d{8,}-[\w-]{10,}")),
    ("a Google API key", re.compile(r"\bAIza[\w-]{35}\b")),
    ("a SendGrid key", re.compile(r"\bSG\.[\w-]{20,}\.[\w-]{30,}")),
    ("an OpenAI or Anthropic key", re.compile(r"\bsk-(?:ant-|proj-)[\w-]{30,}")),
    (PRIVATE_KEY, re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s*(?:\\n)?[A-Za-z0-9+/]{20,}")),
)
_WORDS = re.compile(r"[A-Za-z]{4,}")
_SHORTEST = 24
_RANDOM = 3.6
"""Shannon entropy in bits a character; English text of this length has about 3, random base64 about 4.5."""


def issuer_of(text: str) -> str | None:
    """Return what a text surely is by its issuer's format (``a GitHub token``), or None.

    Tokens that are all one letter, or say that they are examples, are none.
    """
    for words, pattern in _TOKENS:
        match = pattern.search(text)
        if (
            match
            and len(set(match[0][6:])) > 6
            and not re.search(r"example|xxxx|your", match[0], re.IGNORECASE)
        ):
            return words
    return None


def looks_random(text: str) -> bool:
    """Say whether a text looks like one that a generator made: nobody types it as an example."""
    if len(text) < _SHORTEST or shape_of(text) is not Shape.PLAIN or re.search(r"\s|\$\{|://", text):
        return False
    if not re.search(r"\d", text) or not re.search(r"[A-Za-z]", text):
        return False
    counts = Counter(text)
    entropy = -sum(count / len(text) * math.log2(count / len(text)) for count in counts.values())
    lower_words = sum(
        len(word) for word in _WORDS.findall(text) if word.islower() or word.istitle() or word.isupper()
    )
    hexadecimal = re.fullmatch(r"[0-9a-f]{32,}", text) is not None
    return (hexadecimal and entropy > 3) or (entropy > _RANDOM and lower_words * 2 < len(text))
