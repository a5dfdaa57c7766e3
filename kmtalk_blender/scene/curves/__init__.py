"""Curves: motion as F-curves of shape keys, with as few keys as the user wants."""
