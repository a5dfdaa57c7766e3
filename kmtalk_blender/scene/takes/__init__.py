"""Takes: finding them on a character, their baselines, and the user's edits of them."""
