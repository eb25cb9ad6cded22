"""to_threads.py FROM TO: the scenarios for asyncio in FROM become the same scenarios for threads in TO."""

import io
import pathlib
import shutil
import sys
import tokenize

NAMES = {"AsyncClient": "Client", "Awaitable": "Callable", "anext": "next"}
PHRASES = {
    "import asyncio\n": "",
    "asyncio.run(main())": "main()",
    "Callable, Callable": "Callable",
    "Callable[P, Callable[object]]": "Callable[P, object]",
    'Callable[["World"], Callable[None]]': 'Callable[["World"], None]',
}
ONLY_FOR_ASYNCIO = {"cancelling.py", "parts.py", "readme.py", "surface.py", "together.py", "to_threads.py"}


def converted(text: str) -> str:
    """Without `async` and `await`, and with the names for threads."""
    lines = text.splitlines(keepends=True)
    for word in reversed(list(tokenize.generate_tokens(io.StringIO(text).readline))):
        if word.type != tokenize.NAME:
            continue
        (row, start), (_, end) = word.start, word.end
        line = lines[row - 1]
        if word.string in ("async", "await"):
            lines[row - 1] = line[:start] + line[end:].removeprefix(" ")
        else:
            lines[row - 1] = line[:start] + NAMES.get(word.string, word.string) + line[end:]
    text = "".join(lines)
    for phrase, other in PHRASES.items():
        text = text.replace(phrase, other)
    return text


def main() -> None:
    source, target = map(pathlib.Path, sys.argv[1:])
    target.mkdir(parents=True, exist_ok=True)
    for file in source.glob("*.py"):
        if file.name == "together_threads.py":
            shutil.copy(file, target / "together.py")
        elif file.name not in ONLY_FOR_ASYNCIO:
            (target / file.name).write_text(converted(file.read_text()))


main()
