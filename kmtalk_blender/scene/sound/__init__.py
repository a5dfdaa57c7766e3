"""Sound: strips of the sequencer, their words, and who speaks them."""
