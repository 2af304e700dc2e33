"""What workflows of continuous integration run, and what of it cannot work."""
