"""KMTalk's runtime: audio, phones, networks, heads, training. A library, a CLI and a worker; never imports bpy."""

__version__ = "0.1.0"
