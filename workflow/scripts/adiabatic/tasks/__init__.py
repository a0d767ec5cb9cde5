"""Multilingual evaluation sets: kinds and their readers."""
