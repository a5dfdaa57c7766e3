"""Every reader against files that nobody meant: `python -m tests.fuzz --minutes 60`."""
