"""Training of the network that hears sounds (linguistics.heard_sounds)."""
