"""Tuning of the query encoder, and what others do instead."""
