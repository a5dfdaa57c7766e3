"""How the extension is packed: its archive, its wheels for closed networks, a repository of its own."""
