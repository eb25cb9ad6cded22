"""readme.py README.md FOLDER: writes each block of Python in a README to a file of its own."""

import pathlib
import re
import sys

text = pathlib.Path(sys.argv[1]).read_text()
blocks = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
assert len(blocks) >= 4, f"only {len(blocks)} blocks of Python in {sys.argv[1]}"
for number, block in enumerate(blocks, 1):
    (pathlib.Path(sys.argv[2]) / f"readme_{number}.py").write_text(block)
