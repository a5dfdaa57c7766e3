"""Files: reads input files as untrusted, writes output files atomically."""
