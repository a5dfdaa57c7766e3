"""Recordings: how each corpus is read into clips that training understands."""
