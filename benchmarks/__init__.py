"""Measurements of speed and memory, all in one run: `python -m benchmarks`."""
