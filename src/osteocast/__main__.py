"""`python -m osteocast`: the same as the command `osteocast`."""

import sys

from osteocast.cli import main

if __name__ == "__main__":
    sys.exit(main())
