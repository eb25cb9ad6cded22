"""Streams of events: whole, broken off, taken up again, left early."""

import httpx
from astra_client import StreamBrokenError
from astra_client.types import ChatEvent, ChatEventContent, ChatEventDone, ChatEventSessionResolved
from world import World, scenario

QUESTION = "one two three four"


def text(events: list[ChatEvent]) -> str:
    return "".join(event.delta for event in events if isinstance(event, ChatEventContent))


def assert_whole(events: list[ChatEvent]) -> None:
    """Every event of a turn, in order, each once."""
    first, *between, last = events
    assert isinstance(first, ChatEventSessionResolved) and isinstance(last, ChatEventDone)
    assert all(isinstance(event, ChatEventContent) for event in between) and len(between) > 3
    numbers = [event.to_json()["seq"] for event in events]
    assert numbers == list(range(1, len(events) + 1)), numbers
    assert text(events) == last.turn.content and QUESTION in text(events)


@scenario
async def whole(world: World) -> None:
    """a stream: typed events in order, with their ids"""
    async with world.client() as client:
        events: list[ChatEvent] = []
        ids: list[str] = []
        async with client.chat.stream(agent_id="assistant", message=QUESTION) as stream:
            assert stream.last_event_id == ""
            async for event in stream:
                events.append(event)
                ids.append(stream.last_event_id)
        assert_whole(events)
        assert ids == [str(event.to_json()["seq"]) for event in events]

        turn_id = events[0].to_json()["turn_id"]
        again = [event async for event in client.chat.resume(turn_id)]
        assert again == events
        rest = [event async for event in client.chat.resume(turn_id, last_event_id=int(ids[2]))]
        assert rest == events[3:]


@scenario
async def cut(world: World) -> None:
    """a stream that breaks after each second event: whole all the same"""
    key = world.name("key")
    async with world.unruly("cut") as client:
        stream = client.chat.stream(
            agent_id="assistant", message=QUESTION, options={"idempotency_key": key, "request_id": key}
        )
        events = [event async for event in stream]
    assert_whole(events)
    [asked] = world.seen(key)
    resumed = world.seen(f"/chat/turns/{events[0].to_json()['turn_id']}/events")
    assert asked.method == "POST" and {one.method for one in resumed} == {"GET"}
    expected = [str(number) for number in range(2, len(events), 2)]
    assert [one.headers["last-event-id"] for one in resumed] == expected
    assert {one.headers["x-request-id"] for one in [asked, *resumed]} == {key}


@scenario
async def cut_without_resuming(world: World) -> None:
    """the same with resuming turned off: an error, after what had come"""
    async with world.unruly("cut") as client:
        events: list[ChatEvent] = []
        try:
            async for event in client.chat.stream(agent_id="assistant", message=QUESTION, options={"resume": False}):
                events.append(event)
        except StreamBrokenError as error:
            assert error.request_id is not None
        else:
            raise AssertionError("no error")
        assert len(events) == 2
        try:
            async for _ in client.chat.completions_stream(
                model="assistant", messages=[{"role": "user", "content": QUESTION}]
            ):
                pass
        except StreamBrokenError:
            return
    raise AssertionError("a stream that cannot be resumed was")


@scenario
async def cut_before_the_first_event(world: World) -> None:
    """a stream that breaks before its first event: asked again under the same key, one turn only"""
    key, surface = world.name("key"), world.name("surface")
    async with world.unruly("cut-first") as client:
        stream = client.chat.stream(
            agent_id="assistant",
            message=QUESTION,
            surface="py",
            surface_id=surface,
            options={"idempotency_key": key},
        )
        events = [event async for event in stream]
    assert_whole(events)
    assert [one.method for one in world.seen(key)] == ["POST", "POST"]
    assert len({one.headers["x-request-id"] for one in world.seen(key)}) == 1
    async with world.client() as client:
        [session] = [one async for one in client.sessions.list(surface="py") if one.surface_id == surface]
        assert session.message_count == 2


@scenario
async def cut_in_the_body(world: World) -> None:
    """an answer whose body breaks off: asked again under the same key, made once"""
    name = world.name("py")
    async with world.unruly("cut-first") as client:
        assert (await client.agents.create(id=name, options={"idempotency_key": name})).version == 1
    assert len(world.seen(name)) == 2
    async with world.client() as client:
        await client.agents.delete(name)


@scenario
async def left_early(world: World) -> None:
    """a stream that is left early gives its connection back"""
    limits = httpx.Limits(max_connections=1)
    async with httpx.AsyncClient(limits=limits) as http, world.client(http_client=http, timeout=3) as client:
        async with client.chat.stream(agent_id="assistant", message=QUESTION) as events:
            async for event in events:
                assert isinstance(event, ChatEventSessionResolved)
                break
        # There is only one connection: with that one still taken, this would wait in vain.
        assert (await client.health.live()).status == "ok"
        turn = await client.chat.send(agent_id="assistant", message="a", surface="py", surface_id=world.name("s"))
        endless = client.sessions.events(turn.session_id, last_event_id=f"{turn.turn_id}.0")
        assert (await anext(endless)).type != ""
        await endless.close()
        assert [event async for event in endless] == []
        assert (await client.health.live()).status == "ok"


@scenario
async def silence(world: World) -> None:
    """a stream that falls silent counts as broken"""
    async with world.client() as client:
        session = await client.sessions.create(agent_id="assistant", surface="py", surface_id=world.name("s"))
        try:
            async for _ in client.sessions.events(session.id, options={"idle_timeout": 0.2, "resume": False}):
                raise AssertionError("an event out of nothing")
        except StreamBrokenError as error:
            assert "0.2 s" in str(error)
        else:
            raise AssertionError("no error")
