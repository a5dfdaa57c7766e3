"""How the starter's networks run over a whole recording."""
