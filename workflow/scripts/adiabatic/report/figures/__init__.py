"""Figures for print: each module draws one figure from the frame that is saved beside it."""
