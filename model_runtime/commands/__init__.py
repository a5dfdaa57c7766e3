"""The commands of `python -m model_runtime`, one in each file."""
