"""`python -m dashboard.attack`: see dashboard/attack/run.py."""

import os
import sys

from dashboard.attack.run import main

if __name__ == "__main__":
    os.environ.pop("UPTAKE_HOME", None)
    sys.exit(main())
