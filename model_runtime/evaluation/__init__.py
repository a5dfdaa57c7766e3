"""Evaluation: the field's measures on vertices, and lip scores on recorded faces."""
