"""``python -m zenverify``: the program ``zenverify``."""

from __future__ import annotations

import sys

from zenverify.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
