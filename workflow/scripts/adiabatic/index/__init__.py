"""The search engineer's own index, read and never written: stores, what was read, its check."""
