"""Names of variables that hold secrets."""

from __future__ import annotations

import re

_SECRET = re.compile(
    r"SECRET|PASSW(?:OR)?D|PASSPHRASE|TOKEN(?!IZ)|CREDENTIAL|FERNET|(?:^|_)PASS$|_PWD$|(?:API|PRIVATE|ACCESS"
    r"|ENCRYPTION|SIGNING|AUTH|JWT|MASTER|STRIPE|SENDGRID|SALT)_?KEY",
)
_HARMLESS = re.compile(
    r"_(?:FILE|PATH|DIR|NAME|HEADER|ALGORITHM|TYPE|LENGTH|AGE|TTL|EXPIR\w*|LIFETIME|MINUTES|SECONDS|DAYS|HOURS"
    r"|ENABLED|REQUIRED|URL|URI|ENDPOINT|ID|POLICY|LIMIT|MODE|ONLY|VALIDITY|HASHER\w*)$|PUBLIC|PUBLISHABLE"
)


def is_secret(name: str) -> bool:
    """Say whether a variable of this name holds a secret, as far as names tell."""
    upper = name.upper()
    return bool(_SECRET.search(upper)) and not _HARMLESS.search(upper)
