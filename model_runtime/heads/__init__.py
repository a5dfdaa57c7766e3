"""Heads: our own, and channels made for other meshes."""
