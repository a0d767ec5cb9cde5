"""Files: errors of one line, atomic writes, JSON lines, parquet."""
