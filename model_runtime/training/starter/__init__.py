"""The starter model: which recordings and synthetic voices it learns from, its teacher, and its training."""
