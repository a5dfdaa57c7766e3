"""Phones: the phones and words of a take as a list to edit, and on the timeline."""
