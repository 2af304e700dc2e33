"""Names of profiles that gate a proxy. Shared by checks; no rule of its own."""

from __future__ import annotations

import re

PROXY_PROFILE = re.compile(r"proxy|nginx|traefik|caddy|gateway|ingress|web-?server", re.IGNORECASE)
