"""Where data comes from: arXiv, tuning pairs, the hub, the synthetic world."""
