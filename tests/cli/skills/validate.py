"""validate.py FOLDER..: the verdicts of skills-ref of PyPI, a line each."""

import pathlib
import sys

from skills_ref import validate

for folder in sys.argv[1:]:
    try:
        is_good = not validate(pathlib.Path(folder))
    except Exception:  # Its command ends with a traceback, and exit code 1.
        is_good = False
    print("good" if is_good else "bad")
