"""Fuzz tests of every reader of files, with damaged and random files: `python -m tests.fuzz --minutes 60`."""
