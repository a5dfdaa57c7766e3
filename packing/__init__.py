"""Packing of the extension: its archive, its wheels for computers without a network, an extension repository."""
