"""judge.py ASTRA JAR SPEC TARGETS STEPS RESULTS EVERY [NAME...]: `astra codegen --generator` makes the client of targets that
OpenAPI Generator lists, each has every operation, and those with a script in the folder STEPS are compiled and used by it.
What TARGETS knows of failures happens, and nothing else does. The targets are those named, or else those with a script, those
in TARGETS, and each EVERYth of the others: with 1, all.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import time

# How it is called when a target is known to fail in a step.
KNOWN = {"generate": "does not generate", "operations": "generates no client", "compile": "does not compile"}
# A Java that starts quickly.
QUICK = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
MINUTES = 10


class Broken(Exception):
    """A step failed: which one, and what it said."""

    def __init__(self, step: str, said: str) -> None:
        super().__init__(said)
        self.step = step


def expectations(path: str) -> dict[str, dict[str, str]]:
    """Targets and the steps in which they are known to fail, with the reasons."""
    found: dict[str, dict[str, str]] = {}
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            target, step, reason = line.split(" ", 2)
            assert step in KNOWN, line
            found.setdefault(target, {})[step] = reason
    return found


def clients(astra: str) -> list[str]:
    """Every target that is listed as a client and is not built in."""
    listed = subprocess.run([astra, "codegen", "--list"], capture_output=True, text=True, check=True).stdout
    found = [line.split("\t")[0] for line in listed.splitlines() if line.endswith("OpenAPI Generator")]
    assert len(found) > 50, listed
    return found


def run(step: str, command: list[str]) -> None:
    try:
        ran = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60 * MINUTES,
            check=False,
        )
    except subprocess.TimeoutExpired as expired:
        raise Broken(step, f"not done after {MINUTES} minutes") from expired
    if ran.returncode != 0:
        raise Broken(step, ran.stdout.decode(errors="replace"))


def flat(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def lacking(document: dict, folder: pathlib.Path) -> list[str]:
    """Operations of the document that the files name neither by id nor by path, however they spell it."""
    files = (file for file in folder.rglob("*") if file.is_file())
    made = flat("".join(file.read_text(encoding="utf-8", errors="ignore") for file in files))
    return [
        operation["operationId"]
        for path, item in document["paths"].items()
        for operation in item.values()
        if flat(operation["operationId"]) not in made and flat(path) not in made
    ]


def made(target: str, astra: str, spec: str, steps: pathlib.Path) -> str:
    """Takes a target through its steps, and says how far there are any."""
    folder = pathlib.Path("targets", target)
    run("generate", [astra, "codegen", "--generator", target, "--out", str(folder), "--file", spec])
    left = lacking(json.loads(pathlib.Path(spec).read_text(encoding="utf-8")), folder)
    if left:
        raise Broken("operations", f"has no {', '.join(left)}")
    script = steps / f"{target}.sh"
    if not script.exists():
        return "generates"
    run("compile", ["bash", "-euo", "pipefail", str(script), str(folder)])
    return "compiles, and is used" if "call" in script.read_text(encoding="utf-8") else "compiles"


def judged(target: str, known: dict[str, str], *where: object) -> tuple[bool, str, str]:
    """Whether it went as expected, the verdict, and a remark or what was said."""
    try:
        verdict = made(target, *where)
    except Broken as broken:
        reason = known.get(broken.step)
        return (True, KNOWN[broken.step], reason) if reason else (False, "FAIL", f"{broken.step}: {broken}")
    if known:
        return False, "FAIL", f"passes, though it is known to fail: {known}"
    return True, verdict, ""


def main(astra: str, jar: str, spec: str, targets: str, steps: str, results: str, every: str, *names: str) -> int:
    os.environ.update(ASTRA_OPENAPI_GENERATOR_JAR=jar, JAVA_TOOL_OPTIONS=QUICK)
    expected, listed = expectations(targets), clients(astra)
    strangers = [name for name in [*expected, *names] if name not in listed]
    assert not strangers, f"no targets of the jar: {strangers}"
    orphans = [script.stem for script in pathlib.Path(steps).glob("*.sh") if script.stem not in listed]
    assert not orphans, f"steps of no target of the jar: {orphans}"

    def one(target: str) -> tuple[str, bool, str, str, int]:
        since = time.monotonic()
        answer = judged(target, expected.get(target, {}), astra, spec, pathlib.Path(steps).resolve())
        return target, *answer, round(time.monotonic() - since)

    failed = 0
    # Those with steps take longest, so they come first.
    with_steps = {script.stem for script in pathlib.Path(steps).glob("*.sh")}
    others = [name for name in listed if name not in with_steps and name not in expected]
    chosen = {*names} or {*with_steps, *expected, *others[:: int(every)]}
    order = sorted((name for name in listed if name in chosen), key=lambda name: name not in with_steps)
    with concurrent.futures.ThreadPoolExecutor(2) as pool, open(results, "a", encoding="utf-8") as table:
        lines = []
        for target, fine, verdict, remark, seconds in pool.map(one, order):
            if not fine:
                failed += 1
                print(f"{target}: {remark}\n")
                remark = ""
            lines.append(f"target\t{target}\t\t{verdict}\t{seconds}\t{remark}\n")
        table.writelines(sorted(lines))
    return failed


sys.exit(main(*sys.argv[1:]) > 0)
