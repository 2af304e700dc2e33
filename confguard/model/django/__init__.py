"""Django settings: what they are under an environment, without running anything."""
