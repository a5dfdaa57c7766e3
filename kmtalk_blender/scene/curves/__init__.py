"""Curves: the F-curves of shape keys, and how many keys they get."""
