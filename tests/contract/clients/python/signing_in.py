"""Credentials: signing in, renewing in time and after a refusal, once for all who wait."""

from typing import Any

import httpx
from astra_client import (
    AsyncClient,
    BadRequestError,
    ClientCredentials,
    PasswordCredentials,
    RefreshCredentials,
    TokenSet,
)
from refusals import refused
from together import together
from world import World, scenario

PASSWORD = "a long enough password"


class Grants:
    """The grants that a client asks for, and the answers that it gets; `expires_in` may be said to be another."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.expires_in: int | None = None

    def hook(self, response: httpx.Response) -> None:
        if response.request.url.path.endswith("/auth/token"):
            self.asked.append(response.request.content.decode())
            if self.expires_in is not None and response.is_success:
                changed: dict[str, Any] = {**response.json(), "expires_in": self.expires_in}
                response._content = httpx.Response(200, json=changed).content  # pyright: ignore[reportPrivateUsage]

    @property
    def kinds(self) -> list[str]:
        """The kinds of the grants, in their order."""
        kinds = ["refresh_token", "password", "client_credentials"]
        return [next(kind for kind in kinds if f'"grant_type":"{kind}"' in body) for body in self.asked]


async def account(world: World) -> PasswordCredentials:
    """A new account."""
    email = f"{world.name('py')}@example.org"
    async with world.client(token=None) as client:
        await client.auth.register(email=email, password=PASSWORD)
    return PasswordCredentials(email, PASSWORD)


@scenario
async def password(world: World) -> None:
    """a password: signed in once for many calls, and told"""
    grants = Grants()
    told: list[TokenSet] = []
    credentials = await account(world)
    assert PASSWORD not in repr(credentials)
    async with AsyncClient(
        world.url, credentials=credentials, on_tokens=told.append, on_response=grants.hook
    ) as client:
        found = await together([client.auth.me for _ in range(5)])
        assert {me.email for me in found} == {credentials.username}
        assert (await client.health.get()).status == "ok"
    assert grants.kinds == ["password"] and len(told) == 1
    assert told[0].refresh_token is not None and told[0].expires_at is not None
    assert told[0].access_token not in repr(told[0]) and told[0].refresh_token not in repr(told[0])


@scenario
async def expiry(world: World) -> None:
    """a token that is about to end is renewed first, by the newest refresh token"""
    grants = Grants()
    grants.expires_in = 0
    told: list[TokenSet] = []
    async with AsyncClient(
        world.url, credentials=await account(world), on_tokens=told.append, on_response=grants.hook
    ) as client:
        for _ in range(3):
            await client.auth.me()
    assert grants.kinds == ["password", "refresh_token", "refresh_token"]
    assert len({tokens.refresh_token for tokens in told}) == 3


@scenario
async def refusal(world: World) -> None:
    """a token that is refused is renewed once, also for many at once"""
    grants = Grants()
    told: list[TokenSet] = []
    credentials = await account(world)
    async with AsyncClient(
        world.url, credentials=credentials, on_tokens=told.append, on_response=grants.hook
    ) as client:
        await client.auth.me()
        async with world.client(token=told[0].access_token) as other:
            # Ends the family of tokens: neither the access token nor the refresh token is good from here on.
            await other.auth.logout()
        found = await together([client.auth.me for _ in range(5)])
    assert {me.email for me in found} == {credentials.username}
    assert grants.kinds == ["password", "refresh_token", "password"]


@scenario
async def rotation(world: World) -> None:
    """a refresh token is used once, whoever asks at the same time, and the next one goes on"""
    credentials = await account(world)
    told: list[TokenSet] = []
    async with AsyncClient(world.url, credentials=credentials, on_tokens=told.append) as client:
        await client.auth.me()
    grants = Grants()
    for _ in range(2):
        last = told[-1].refresh_token
        assert last is not None
        refreshing = RefreshCredentials(last)
        assert last not in repr(refreshing)
        async with AsyncClient(
            world.url, credentials=refreshing, on_tokens=told.append, on_response=grants.hook
        ) as client:
            found = await together([client.auth.me for _ in range(5)])
        assert {me.email for me in found} == {credentials.username}
    assert grants.kinds == ["refresh_token", "refresh_token"]


@scenario
async def wrong_password(world: World) -> None:
    """a wrong password is an error, without the password in it"""
    right = await account(world)
    wrong = PasswordCredentials(right.username, "wrong-password")
    async with AsyncClient(world.url, credentials=wrong) as client:
        error = await refused(BadRequestError, client.auth.me)
    assert error.code == "invalid_grant" and "wrong-password" not in f"{error} {error!r} {vars(error)}"


@scenario
async def service_account(world: World) -> None:
    """a service account's credentials"""
    async with world.client() as owner:
        made = await owner.auth.create_service_account(name=world.name("py"), role="member", scopes=["auth:read"])
        issued = await owner.auth.issue_token(made.id)
        credentials = ClientCredentials(made.id, issued.secret)
        assert issued.secret not in repr(credentials)
        async with AsyncClient(world.url, credentials=credentials) as client:
            me = await client.auth.me()
            assert me.id == made.id and me.kind == "service_account"
        await owner.auth.delete_service_account(made.id)


@scenario
async def given_tokens(world: World) -> None:
    """a function gives the token, and is asked again when that one is refused"""
    tokens = ["refused", world.token, "never"]
    async with world.client(token=lambda: tokens.pop(0)) as client:
        assert (await client.auth.me()).role == "owner"
    assert tokens == ["never"]
    try:
        AsyncClient(world.url, token="a", credentials=PasswordCredentials("a", "b"))
    except TypeError:
        return
    raise AssertionError("it took both")
