"""The configuration, checked."""
