"""Figures for print, each drawn from the table of its name."""
