"""What connects the extension with model_runtime: the interpreter, the worker's client, installation, file formats.

Nothing here imports bpy.
"""
