"""written.py CLIENT_FOLDER FOLDER [SAMPLES]: makes files to compile of what the client's README and the SAMPLES say."""

import pathlib
import re
import sys

client, folder = map(pathlib.Path, sys.argv[1:3])
samples = sys.argv[3:] and sys.argv[3]

IMPORTS = {
    '"context"': "context.",
    '"errors"': "errors.",
    '"fmt"': "fmt.",
    '"log"': "log.",
    '"net/http"': "http.",
    '"os"': "os.",
    '"time"': "time.",
    'astra "example.com/astra-client"': "astra.",
}


def functions(name, pieces):
    """A file of functions that have a context and a client, and give an error."""
    bodies = []
    for number, (title, code) in enumerate(pieces, 1):
        assert "client" in code or "astra." in code, f"{title} has no code"
        lines = "".join(f"\t{line}\n" if line else "\n" for line in code.strip("\n").split("\n"))
        bodies.append(f"// {title}\nfunc _(ctx context.Context, client *astra.Client) error {{\n{lines}\treturn nil\n}}\n")
    text = "\n".join(bodies)
    code = re.sub(r'"[^"\n]*"|`[^`]*`|//.*', "", text)
    used = [path for path, prefix in IMPORTS.items() if re.search(rf"(?<![\w.]){re.escape(prefix)}", code)]
    own = [path for path in used if path.startswith("astra")]
    listed = "".join(f"\t{path}\n" for path in used if path not in own) + "\n" + "".join(f"\t{path}\n" for path in own)
    (folder / name).mkdir()
    (folder / name / f"{name}.go").write_text(f"package {name}\n\nimport (\n{listed})\n\n{text}")


readme = (client / "README.md").read_text()
blocks = re.findall(r"^```go\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
assert len(blocks) >= 4, "the README has code"
programs = [block for block in blocks if block.startswith("package main")]
assert programs, "the README has a whole program"
for number, program in enumerate(programs, 1):
    (folder / f"program{number}").mkdir()
    (folder / f"program{number}" / "main.go").write_text(program)
functions("readme", [("of the README", block) for block in blocks if block not in programs])

if samples:
    pieces = [piece.partition("\n") for piece in re.split(r"^## ", pathlib.Path(samples).read_text(), flags=re.MULTILINE)[1:]]
    assert pieces, "there are samples"
    functions("samples", [(title, code) for title, _, code in pieces])
