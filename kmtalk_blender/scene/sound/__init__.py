"""Sound: strips of the sequencer, their words, and their characters."""
