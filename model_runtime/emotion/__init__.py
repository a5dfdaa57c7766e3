"""The emotion of a take: brows, eyes, cheeks, mouth corners and the mouth's range, added to the spoken mouth."""
