"""KMTalk's runtime: audio, phones, networks, heads, training. A library, a CLI and a worker; never imports bpy."""

from model_runtime.libraries import keep_libraries_quiet

__version__ = "0.1.0"

keep_libraries_quiet()
