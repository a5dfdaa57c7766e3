"""Life: head, eyes, lids and brows that move with a character's takes, on tracks and on a small rig of their own."""
