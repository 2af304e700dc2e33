"""The model of workflows."""
