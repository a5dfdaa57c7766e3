"""The extension's side of the seam to model_runtime: finding an interpreter, talking to the worker, reading its files.

Nothing here imports bpy.
"""
