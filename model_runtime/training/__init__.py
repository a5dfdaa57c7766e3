"""Training: examples, their augmentation, losses, and one loop."""
