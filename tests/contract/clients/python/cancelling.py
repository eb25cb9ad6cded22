"""What only asyncio can: calls that are cancelled while they wait."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

from astra_client import AsyncClient, TokenSet
from signing_in import Grants, account
from world import World, scenario


async def cancelled(waiting: Coroutine[Any, Any, object]) -> None:
    """Cancels what is waiting for an answer."""
    task = asyncio.create_task(waiting)
    await asyncio.sleep(0.05)
    assert not task.done()
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return
    raise AssertionError("it was not cancelled")


async def first(client: AsyncClient, surface: str) -> object:
    session = await client.sessions.create(agent_id="assistant", surface="py", surface_id=surface)
    return await anext(client.sessions.events(session.id))


@scenario
async def a_call(world: World) -> None:
    """asyncio: a call and a stream are cancelled at once, and the client goes on"""
    since = time.monotonic()
    async with world.unruly("hang") as client:
        await cancelled(client.agents.get("a"))
    async with world.client() as client:
        await cancelled(first(client, world.name("s")))
        assert (await client.health.live()).status == "ok"
    assert time.monotonic() - since < 3


@scenario
async def a_renewal(world: World) -> None:
    """asyncio: who is cancelled while the token is renewed does not lose the next refresh token"""
    grants = Grants()
    grants.expires_in = 0
    told: list[TokenSet] = []
    async with AsyncClient(
        world.url, credentials=await account(world), on_tokens=told.append, on_response=grants.hook
    ) as client:
        await client.auth.me()
        task = asyncio.create_task(client.auth.me())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        await client.auth.me()
    assert grants.kinds[0] == "password" and set(grants.kinds[1:]) == {"refresh_token"}, grants.kinds
    assert len({tokens.refresh_token for tokens in told}) == len(told) == len(grants.kinds)


@scenario
async def a_token_that_takes_its_time(world: World) -> None:
    """asyncio: a function that gives the token may be async"""

    async def token() -> str:
        await asyncio.sleep(0)
        return world.token

    async with world.client(token=token) as client:
        assert (await client.auth.me()).role == "owner"
