"""Character: its mesh and shape keys, their mapping to channels, landmarks, other meshes and jaw bones."""
