"""Tuned query encoders as serving systems load them, with proof that they compute the same."""
