"""Placement: takes among the user's own animation and in the shot."""
