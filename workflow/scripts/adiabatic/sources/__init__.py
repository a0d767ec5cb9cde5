"""Where data comes from: arXiv, tuning pairs, the hub, the generated world."""
