"""Calls at the same time, as tasks."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


async def together(calls: Sequence[Callable[[], Awaitable[T]]]) -> list[T]:
    """What the calls give, all made at once."""
    return await asyncio.gather(*(call() for call in calls))
