"""Runs: a project looked at, judged and told of. No printing, no exit codes."""

from confguard.run.checking import CRASH_RULE, UNREAD_RULE, Run, check, knowable
from confguard.run.judging import Tell, untold
from confguard.run.opening import repo, settings_for

__all__ = ["CRASH_RULE", "UNREAD_RULE", "Run", "Tell", "check", "knowable", "repo", "settings_for", "untold"]
