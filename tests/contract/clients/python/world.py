"""What the scenarios have in common: where the gateway is, names that are unique, and clients."""

import os
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
from astra_client import AsyncClient

Scenario = Callable[["World"], Awaitable[None]]

SCENARIOS: list[Scenario] = []


def scenario(function: Scenario) -> Scenario:
    """Registers a scenario. Its docstring is what is printed."""
    SCENARIOS.append(function)
    return function


@dataclass(frozen=True)
class Seen:
    """A request as the unruly proxy saw it."""

    method: str
    path: str
    headers: dict[str, str]


class World:
    """The gateway, before and behind the unruly proxy."""

    def __init__(self) -> None:
        self.url = os.environ["ASTRA_URL"]
        self.unruly_url = os.environ["ASTRA_UNRULY_URL"]
        self.token = os.environ["ASTRA_TOKEN"]

    def name(self, prefix: str) -> str:
        """A name that nothing else has."""
        return f"{prefix}-{uuid.uuid4().hex[:12]}"

    def client(self, **options: Any) -> AsyncClient:
        """A client of the gateway, as its owner."""
        if "credentials" not in options:
            options.setdefault("token", self.token)
        return AsyncClient(self.url, **options)

    def unruly(self, mode: str, **options: Any) -> AsyncClient:
        """The same by way of the unruly proxy."""
        return AsyncClient(f"{self.unruly_url}/{mode}", token=self.token, **options)

    def seen(self, part: str) -> list[Seen]:
        """The requests that the proxy saw whose path or Idempotency-Key has `part` in it, in their order."""
        found = [Seen(**one) for one in httpx.get(f"{self.unruly_url}/seen").json()]
        return [one for one in found if part in one.path or part in one.headers.get("idempotency-key", "")]
