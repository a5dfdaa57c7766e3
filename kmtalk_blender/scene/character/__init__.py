"""Character: the mesh that speaks, its shape keys, and which of them a channel moves."""
