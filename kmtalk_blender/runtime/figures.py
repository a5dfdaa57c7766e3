"""Sizes and times that buttons, messages and docs name, as measured on Linux (docs/install.md says how)."""

__all__ = ["DISK_MB", "DOWNLOAD_MB", "PACKAGES_MB", "SPACE", "ZIP_MB"]

ZIP_MB = 142  # MB of the largest zip (macos-x64)
PACKAGES_MB = 256  # MB of the packages when unpacked, the most of all platforms (macos-x64)
DOWNLOAD_MB = 115  # MB that Install Runtime downloads
DISK_MB = 380  # MB that its environment takes on the disk
SPACE = 600_000_000  # bytes that Install Runtime takes at most, wheels included
