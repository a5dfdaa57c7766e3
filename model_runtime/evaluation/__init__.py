"""Evaluation: the field's measures on vertices, and lip scores against recorded faces."""
