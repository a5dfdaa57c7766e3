"""Data sets: readers of each corpus, and one prepared format."""
