"""table.py RESULTS [GUIDE.md]: prints what each tool said, writes it into the guide, and fails if any check did.

A line of RESULTS is kind, name, version, verdict, seconds and remark, with tabs between. The guide has the tables of the
kinds `check` and `target` between `<!-- KIND -->` and `<!-- end -->`.
"""

import pathlib
import re
import sys

HEADS = {
    "check": ("Tool", "Version", "Verdict", "Seconds"),
    "target": ("Target", "Verdict", "Seconds", "Remark"),
}


def rows(kind: str, results: list[list[str]]) -> list[tuple[str, ...]]:
    found = [line[1:] for line in results if line[0] == kind]
    if kind == "target":
        return [(name, verdict, seconds, remark) for name, _, verdict, seconds, remark in found]
    return [(name, version, verdict, seconds) for name, version, verdict, seconds, _ in found]


def printed(table: list[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*table)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in table)


def markdown(table: list[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in table]
    return "\n".join([lines[0], "|---" * len(table[0]) + "|", *lines[1:]])


def main(results_path: str, guide: pathlib.Path | None) -> int:
    lines = pathlib.Path(results_path).read_text(encoding="utf-8").splitlines()
    results = [line.split("\t") for line in lines]
    tables = {kind: [head, *rows(kind, results)] for kind, head in HEADS.items()}
    for table in tables.values():
        if len(table) > 1:
            print(f"\n{printed(table)}")
    failed = [line[1] for line in results if line[3] == "FAIL"]
    if failed:
        print(f"error: {len(failed)} checks failed: {', '.join(failed)}", file=sys.stderr)
        return 1
    if not [line for line in results if line[3] == "ok"]:
        print("error: nothing was checked", file=sys.stderr)
        return 1
    if guide:
        text = guide.read_text(encoding="utf-8")
        for kind, table in tables.items():
            between = re.compile(rf"(<!-- {kind} -->\n).*?(<!-- end -->)", re.DOTALL)
            text, count = between.subn(lambda found: f"{found[1]}{markdown(table)}\n{found[2]}", text)
            assert count == 1, f"the guide has {count} places for the table of {kind}"
        guide.write_text(text, encoding="utf-8")
    return 0


sys.exit(main(sys.argv[1], pathlib.Path(sys.argv[2]) if sys.argv[2:] else None))
