"""Phones: the editable list of a take's phones and words, and their place on the timeline."""
