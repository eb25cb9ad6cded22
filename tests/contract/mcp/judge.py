"""judge.py SUITE EXAMPLE REVISION WAIVED.json: runs the official conformance suite of MCP against a gateway with its tools.

SUITE is the suite's command, EXAMPLE the built `examples/mcp_conformance.rs`. Every scenario of REVISION runs. A check that
fails must be waived by name, with the reason, in WAIVED.json: a whole scenario, or one check of it (`scenario/check`). What
is waived and passes fails too, so that no waiver outlives its reason.
"""

import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time

PATIENCE_S = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def verdicts(folder: pathlib.Path) -> dict[str, dict[str, str]]:
    """The faults of each check of each scenario; empty for one that passes."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(folder.rglob("checks.json")):
        # The suite names a folder `server-SCENARIO-TIME`.
        scenario = re.sub(r"-\d{4}-\d\d-\d\dT.*", "", path.parent.name.removeprefix("server-"))
        checks = found.setdefault(scenario, {})
        for check in json.loads(path.read_text(encoding="utf-8")):
            fault = (check.get("errorMessage") or "failed") if check["status"] == "FAILURE" else ""
            checks[check["id"]] = checks.get(check["id"]) or fault
    return found


def judged(found: dict[str, dict[str, str]], waived: dict[str, str]) -> list[str]:
    faults = []
    for scenario, checks in found.items():
        failed = {check: fault for check, fault in checks.items() if fault}
        if scenario in waived:
            if not failed:
                faults.append(f"{scenario} is waived, and passes: take the waiver away")
            continue
        for check, fault in failed.items():
            if f"{scenario}/{check}" not in waived:
                faults.append(f"{scenario}/{check}: {fault}")
        for name in waived:
            if name.startswith(f"{scenario}/") and name.split("/", 1)[1] not in failed:
                faults.append(f"{name} is waived, and passes: take the waiver away")
    for name in waived:
        if name.split("/", 1)[0] not in found:
            faults.append(f"{name} is waived, and is no scenario that ran")
    return faults


def main(suite: str, example: str, revision: str, waived_path: str) -> int:
    waived = json.loads(pathlib.Path(waived_path).read_text(encoding="utf-8"))[revision]
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        results = pathlib.Path(folder, "results")
        with open(pathlib.Path(folder, "log"), "wb") as log:
            gateway = subprocess.Popen([example, str(port), f"{folder}/data"], stdout=log, stderr=log)
        try:
            for _ in range(PATIENCE_S * 10):
                if answers(port) or gateway.poll() is not None:
                    break
                time.sleep(0.1)
            command = [suite, "server", "--url", f"http://127.0.0.1:{port}/mcp", "--requirements", revision]
            said = subprocess.run(
                [*command, "--output-dir", str(results)], capture_output=True, text=True, check=False, env=dict(os.environ)
            )
            lives = gateway.poll() is None
        finally:
            gateway.terminate()
            gateway.wait()
        found = verdicts(results)
        faults = judged(found, waived) if found else [f"no scenario ran:\n{said.stdout}\n{said.stderr}"]
        if not lives:
            faults.append("the gateway did not live")
    passed = [name for name, checks in found.items() if not any(checks.values())]
    print(f"{revision}: {len(passed)} of {len(found)} scenarios pass: {', '.join(passed)}")
    for fault in faults:
        print(f"FAIL {fault}")
    return 1 if faults else 0


sys.exit(main(*sys.argv[1:]))
