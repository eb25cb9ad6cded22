"""What goes wrong: refusals, busy gateways, broken proxies, gateways from the future."""

import time

import httpx
from astra_client import (
    APIConnectionError,
    APITimeoutError,
    AsyncClient,
    ClientError,
    ConflictError,
    NotFoundError,
    NotModifiedError,
    PreconditionFailedError,
    RateLimitedError,
    ServerError,
    UnauthorizedError,
    UnavailableError,
    UnprocessableError,
)
from astra_client.types import ChatEventContent, ChatEventDone, UnknownChatEvent
from refusals import refused
from world import World, scenario


@scenario
async def refusals(world: World) -> None:
    """refusals are typed: 401, 404, 409, 412, 422 with pointers"""
    name = world.name("py")
    async with world.client() as client:
        missing = await refused(NotFoundError, client.agents.get, name)
        assert (missing.status, missing.code) == (404, "not_found")
        assert missing.problem is not None and missing.problem.instance == f"/agents/{name}"
        assert str(missing) == f"404 not_found: {missing.detail} (request {missing.request_id})"
        assert missing.request_id == missing.problem.request_id == missing.headers["x-request-id"]

        answers: list[httpx.Response] = []
        agent = await client.agents.create(id=name, options={"on_response": answers.append})
        etag = answers[0].headers["etag"]
        conflict = await refused(ConflictError, client.agents.create, id=name)
        assert conflict.code == "conflict"
        await client.agents.update(name, display_name="Faster", if_match=etag)
        stale = await refused(PreconditionFailedError, client.agents.update, name, display_name="Slower", if_match=etag)
        assert stale.code == "precondition_failed"
        wrong = await refused(
            UnprocessableError, client.agents.update, name, model={"temperature": 7}, on_busy="yet_unknown"
        )
        assert sorted(error.pointer for error in wrong.errors) == ["/model/temperature", "/on_busy"]
        assert all(error.pointer in str(wrong) and error.detail in str(wrong) for error in wrong.errors)
        assert agent.version == 1
        await client.agents.delete(name)
    async with world.client(token=None) as client:
        assert (await refused(UnauthorizedError, client.auth.me)).code == "unauthorized"


@scenario
async def odd_paths(world: World) -> None:
    """a path parameter is one segment, whatever is in it"""
    async with world.client() as client:
        for odd in ("a/b", "..", "a?b#c", "%2e", "ü ", "{}"):
            # It came to where agents are, as their id: no other route has that parameter.
            error = await refused(UnprocessableError, client.agents.get, odd)
            assert [one.pointer for one in error.errors] == ["path/agent_id"], (odd, error)
        try:
            await client.agents.get("")
        except ValueError:
            return
    raise AssertionError("an empty path parameter was sent")


@scenario
async def coming_again(world: World) -> None:
    """503 and 429: comes again when it was told to, as the same request"""
    for mode in ("busy", "limited"):
        name = world.name("py")
        async with world.unruly(mode) as client:
            since = time.monotonic()
            await client.agents.create(id=name, options={"idempotency_key": name})
            assert time.monotonic() - since >= 1.0
        first, second = world.seen(name)
        assert first.headers["idempotency-key"] == second.headers["idempotency-key"] == name
        assert first.headers["x-request-id"] == second.headers["x-request-id"]
        async with world.client() as client:
            assert (await client.agents.get(name)).version == 1
            await client.agents.delete(name)


@scenario
async def not_coming_again(world: World) -> None:
    """the same without retries: an error that says when to come again"""
    for mode, kind in (("busy", UnavailableError), ("limited", RateLimitedError)):
        key = world.name("key")
        async with world.unruly(mode, max_retries=0) as client:
            error = await refused(
                kind, client.chat.send, agent_id="assistant", message="a", options={"idempotency_key": key}
            )
        assert error.retry_after == 1.0 and error.request_id == "req_unruly" and error.detail == "Come again."
        assert len(world.seen(key)) == 1


@scenario
async def html(world: World) -> None:
    """a proxy's page of HTML is an error like any other"""
    async with world.unruly("html", max_retries=0) as client:
        error = await refused(ServerError, client.agents.list().page)
    assert error.status == 502 and error.code is None and error.problem is None
    assert "Bad Gateway" in str(error) and "<html>" in error.body and "<html>" not in str(error)


@scenario
async def nobody_there(world: World) -> None:
    """nobody answers: in time, and where nobody listens"""
    async with world.unruly("hang", timeout=0.3) as client:
        since = time.monotonic()
        error = await refused(APITimeoutError, client.agents.get, "a b")
        assert time.monotonic() - since < 2 and error.was_sent
        assert str(error) == f"GET /agents/a%20b: no answer within 0.3 s (request {error.request_id})"
        await refused(APITimeoutError, client.agents.get, "a", options={"timeout": 0.1})
    async with AsyncClient("http://127.0.0.1:9", max_retries=1) as nowhere:
        lonely = await refused(APIConnectionError, nowhere.health.get)
        assert not lonely.was_sent


@scenario
async def from_the_future(world: World) -> None:
    """fields, values and events that this client does not know survive"""
    async with world.unruly("future") as client:
        agent = await client.agents.get("assistant")
        assert agent.on_busy == "yet_unknown" and agent.unknown_fields == {"yet_unknown": {"deep": [1, None]}}
        assert agent.to_json()["yet_unknown"] == {"deep": [1, None]}
        provider = await client.inference.get_provider("echo")
        assert provider.protocol == "yet_unknown"
        events = [event async for event in client.chat.stream(agent_id="assistant", message="one two")]
        [strange] = [event for event in events if isinstance(event, UnknownChatEvent)]
        assert strange.type == "yet_unknown" and strange.raw["deep"] == {"x": [1]}
        content = [event for event in events if isinstance(event, ChatEventContent)]
        assert content and all(event.unknown_fields == {"yet_unknown": 1} for event in content)
        assert isinstance(events[-1], ChatEventDone)


@scenario
async def document(world: World) -> None:
    """spec: the document as JSON and YAML, and not again if it is the same"""
    answers: list[httpx.Response] = []
    async with world.client() as client:
        found = await client.spec.json(options={"on_response": answers.append})
        assert found["openapi"].startswith("3.1")
        etag = answers[0].headers["etag"]
        unchanged = await refused(NotModifiedError, client.spec.json, if_none_match=etag)
        assert unchanged.status == 304 and unchanged.headers["etag"] == etag
        assert (await client.spec.yaml(tag="health", mine=True)).startswith("openapi: ")


@scenario
async def anything_else(world: World) -> None:
    """any request can be sent, and is refused in the same way"""
    async with world.client() as client:
        answer = await client.request("GET", "/agents", query={"limit": 1})
        assert len(answer.json()["data"]) == 1
        name = world.name("py")
        made = await client.request("POST", "/agents", json={"id": name}, options={"idempotency_key": name})
        assert made.status_code == 201
        assert (await client.request("DELETE", f"/agents/{name}")).status_code == 204
        await refused(NotFoundError, client.request, "GET", "/nowhere")
        try:
            await client.request("GET", "https://elsewhere.example/")
        except ValueError:
            return
    raise AssertionError("the token went elsewhere")


@scenario
async def secrets(world: World) -> None:
    """the token is in no text of an error or an object"""
    secret = "very-secret-token"
    async with world.client(token=secret) as client:
        error = await refused(UnauthorizedError, client.auth.me)
        assert secret not in f"{error} {error!r} {error.__dict__} {client!r} {vars(client)}"
    for broken in (f"{secret}\n{secret}", "sécret", ""):
        try:
            async with world.client(token=broken) as client:
                await client.auth.me()
        except ClientError as error:
            assert secret not in str(error) and "token" in str(error)
        else:
            raise AssertionError("it was sent")
    async with world.client(token=f" {world.token}\n") as client:
        assert (await client.auth.me()).role == "owner"
