"""The commands of `python -m model_runtime`, one a file."""
