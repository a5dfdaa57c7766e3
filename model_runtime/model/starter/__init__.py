"""The starter's networks, and how they run over a whole recording."""
