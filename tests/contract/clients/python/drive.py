"""drive.py: drives a client against the gateway of ASTRA_URL with ASTRA_TOKEN, and behind the proxy of ASTRA_UNRULY_URL:
what it does beside calling operations, each of which story.py calls. Prints a line for each scenario, and
`NN scenarios passed`. Written for asyncio; to_threads.py makes the other half."""

import asyncio
import faulthandler
import importlib
import importlib.util
import time

from world import SCENARIOS, World

MOST_SECONDS = 120
MODULES = ["values", "streaming", "trouble", "signing_in", "cancelling"]


async def main() -> None:
    for name in MODULES:
        if importlib.util.find_spec(name) is not None:
            importlib.import_module(name)
    world = World()
    for run in SCENARIOS:
        since = time.monotonic()
        await run(world)
        print(f"{time.monotonic() - since:6.2f} s  {run.__doc__}", flush=True)
    print(f"{len(SCENARIOS)} scenarios passed")


if __name__ == "__main__":
    faulthandler.dump_traceback_later(MOST_SECONDS, exit=True)
    asyncio.run(main())
