"""Outcomes, item by item: scorers, search, drift."""
