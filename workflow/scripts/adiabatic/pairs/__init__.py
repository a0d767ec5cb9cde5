"""Title/abstract triplets of arXiv papers, by level of difficulty."""
