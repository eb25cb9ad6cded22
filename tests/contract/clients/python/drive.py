"""drive.py: drives a client against the gateway of ASTRA_URL with ASTRA_TOKEN, and behind the proxy of ASTRA_UNRULY_URL.
Prints a line for each scenario, and `NN scenarios passed`. Written for asyncio; to_threads.py makes the other half."""

import asyncio
import faulthandler
import importlib
import importlib.util
import re
import time

from world import SCENARIOS, World

MOST_SECONDS = 120
MODULES = ["everything", "streaming", "trouble", "signing_in", "cancelling"]

# What no scenario calls.
NOT_CALLED: set[str] = set()


async def every_call_was_made(world: World) -> None:
    """Each operation of the document was called with success by one scenario at least."""
    async with world.client() as client:
        document = await client.spec.json()
    missing: set[str] = set()
    for path, item in document["paths"].items():
        pattern = re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path)))
        for method, operation in item.items():
            is_called = any(verb == method.upper() and pattern.fullmatch(place) for verb, place in world.calls)
            if not is_called:
                missing.add(operation["operationId"])
    assert missing == NOT_CALLED, f"not called: {sorted(missing)}"


async def main() -> None:
    for name in MODULES:
        if importlib.util.find_spec(name) is not None:
            importlib.import_module(name)
    world = World()
    for run in SCENARIOS:
        since = time.monotonic()
        await run(world)
        print(f"{time.monotonic() - since:6.2f} s  {run.__doc__}", flush=True)
    await every_call_was_made(world)
    print(f"{len(SCENARIOS)} scenarios passed")


if __name__ == "__main__":
    faulthandler.dump_traceback_later(MOST_SECONDS, exit=True)
    asyncio.run(main())
