"""Placement: writing takes onto a character, beside the user's own animation."""
