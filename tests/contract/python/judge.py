"""judge.py KNOWN: mypy finds in the package `client` what is known, to the line, and nothing else; its modules import, but
for those whose names are known to be undefined; and it is used on the gateway at ASTRA_URL."""

import collections
import importlib
import os
import pathlib
import pkgutil
import re
import subprocess
import sys


def known(path: str) -> collections.Counter[tuple[str, str]]:
    found: collections.Counter[tuple[str, str]] = collections.Counter()
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            count, file, message = line.split(" ", 2)
            found[file, message] = int(count)
    return found


def faults(expected: collections.Counter[tuple[str, str]]) -> collections.Counter[tuple[str, str]]:
    """What mypy says, each as the known fault that it begins like, or as it is."""
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "client", "use.py"]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found: collections.Counter[tuple[str, str]] = collections.Counter()
    for line in said.splitlines():
        matched = re.fullmatch(r"([^:]+):\d+: error: (.*)", line)
        assert matched, line
        file, message = matched.groups()
        begins = (fault for fault in expected if fault[0] == file and message.startswith(fault[1]))
        found[next(begins, (file, message))] += 1
    return found


def broken_modules() -> set[str]:
    sys.path.insert(0, "")
    found = set()
    for module in pkgutil.walk_packages(importlib.import_module("client").__path__, "client."):
        try:
            importlib.import_module(module.name)
        except NameError:
            found.add(f"{module.name.replace('.', '/')}.py")
    return found


expected = known(sys.argv[1])
found = faults(expected)
assert found == expected, f"new: {found - expected}\ngone: {expected - found}"
broken = broken_modules()
assert broken == {file for file, message in expected if "is not defined" in message}, broken
subprocess.run([sys.executable, "use.py"], check=True, env={"PYTHONPATH": ".", **os.environ})
