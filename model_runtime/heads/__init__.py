"""Heads: our own, and rigs made for those of others."""
