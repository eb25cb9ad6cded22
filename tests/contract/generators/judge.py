"""judge.py JAR SPEC TARGETS STEPS RESULTS [NAME...]: OpenAPI Generator makes the client of every target that it lists,
each has every operation, and those with a script in the folder STEPS are compiled and used by it. What TARGETS knows of
failures happens, and nothing else does.
"""

import concurrent.futures
import dataclasses
import json
import pathlib
import re
import subprocess
import sys
import time

# How it is called when a target is known to fail in a step.
KNOWN = {"generate": "does not generate", "operations": "generates no client", "compile": "does not compile"}
JAVA = ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar"]
MINUTES = 10


@dataclasses.dataclass
class Expected:
    """What is said of a target beforehand."""

    options: list[str] = dataclasses.field(default_factory=list)
    known: dict[str, str] = dataclasses.field(default_factory=dict)


class Broken(Exception):
    """A step failed: which one, and what it said."""

    def __init__(self, step: str, said: str) -> None:
        super().__init__(said)
        self.step = step


def expectations(path: str) -> dict[str, Expected]:
    found: dict[str, Expected] = {}
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            kind, target, rest = line.split(" ", 2)
            expected = found.setdefault(target, Expected())
            if kind == "option":
                expected.options.append(rest)
            else:
                assert kind == "known", line
                step, reason = rest.split(" ", 1)
                assert step in KNOWN, line
                expected.known[step] = reason
    return found


def clients(jar: str) -> list[str]:
    """Every target that the jar lists as a client."""
    listed = subprocess.run([*JAVA, jar, "list"], capture_output=True, text=True, check=True).stdout
    section = listed.split("CLIENT generators:\n")[1].split("\n\n")[0]
    found = re.findall(r"^ +- (\S+)", section, re.MULTILINE)
    assert len(found) > 50, found
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


def made(target: str, options: list[str], jar: str, spec: str, steps: pathlib.Path) -> str:
    """Takes a target through its steps, and says how far there are any."""
    folder = pathlib.Path("targets", target)
    run("generate", [*JAVA, jar, "generate", "-i", spec, "-g", target, "-o", str(folder), *options])
    left = lacking(json.loads(pathlib.Path(spec).read_text(encoding="utf-8")), folder)
    if left:
        raise Broken("operations", f"has no {', '.join(left)}")
    script = steps / f"{target}.sh"
    if not script.exists():
        return "generates"
    run("compile", ["bash", "-euo", "pipefail", str(script), str(folder)])
    return "compiles, and is used" if "call" in script.read_text(encoding="utf-8") else "compiles"


def judged(target: str, expected: Expected, *where: object) -> tuple[bool, str, str]:
    """Whether it went as expected, the verdict, and a remark or what was said."""
    try:
        verdict = made(target, expected.options, *where)
    except Broken as broken:
        reason = expected.known.get(broken.step)
        return (True, KNOWN[broken.step], reason) if reason else (False, "FAIL", f"{broken.step}: {broken}")
    if expected.known:
        return False, "FAIL", f"passes, though it is known to fail: {expected.known}"
    return True, verdict, " ".join(f"`{option}`" for option in expected.options)


def main(jar: str, spec: str, targets: str, steps: str, results: str, *names: str) -> int:
    expected, listed = expectations(targets), clients(jar)
    strangers = [name for name in [*expected, *names] if name not in listed]
    assert not strangers, f"no targets of the jar: {strangers}"
    orphans = [script.stem for script in pathlib.Path(steps).glob("*.sh") if script.stem not in listed]
    assert not orphans, f"steps of no target of the jar: {orphans}"

    def one(target: str) -> tuple[str, bool, str, str, int]:
        since = time.monotonic()
        answer = judged(target, expected.get(target, Expected()), jar, spec, pathlib.Path(steps).resolve())
        return target, *answer, round(time.monotonic() - since)

    failed = 0
    # Those with steps take longest, so they come first.
    order = sorted(names or listed, key=lambda name: not (pathlib.Path(steps) / f"{name}.sh").exists())
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
