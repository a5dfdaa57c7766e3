"""Model folders, and how their exported networks run: key motions, then completion."""
