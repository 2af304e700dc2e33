"""confguard: what a Compose + nginx + Django deployment would really do, and where the files disagree."""

__version__ = "0.1.0"
