"""``python -m mcqtest`` is ``mcqtest``."""

import sys

from mcqtest.cli import main

if __name__ == "__main__":
    sys.exit(main())
