"""Texts: languages, sentences, similarity of words."""
