"""Training: examples, their augmentation, losses, and the loop."""
