"""`python -m model_runtime`."""

import sys

from model_runtime.cli import main

__all__: list[str] = []

if __name__ == "__main__":
    sys.exit(main())
