"""Fixes: editors that make edits for each kind of file, and the engine that applies them to texts."""
