"""The emotion of a character: how strong over the frames of a take, and the tracks that show it."""
