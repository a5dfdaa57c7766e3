"""How fast it is, measured side by side in one run: `python -m benchmarks`."""
