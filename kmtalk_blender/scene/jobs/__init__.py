"""Jobs: work that waits for the runtime, one after the other, while Blender stays free."""
