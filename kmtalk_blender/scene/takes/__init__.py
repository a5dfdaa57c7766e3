"""Takes: what was written onto a character, kept with its baseline, and what the user changed since."""
