"""Jobs: work that needs the worker, run one after the other while Blender stays responsive."""
