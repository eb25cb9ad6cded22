"""What goes well: values that are sent and received, lists, messages, streams of a session."""

from astra_client.types import MessagePartText, SessionEventDone, SessionEventTurnStarted
from world import World, scenario


@scenario
async def agents(world: World) -> None:
    """agents: made, read, changed, and sent again as they were received"""
    name = world.name("py")
    async with world.client() as client:
        agent = await client.agents.create(
            id=name,
            display_name="Python",
            model={"provider": "echo", "temperature": 0.5},
            metadata={"team": {"size": 3}, "none": None},
        )
        assert (agent.id, agent.version, agent.display_name) == (name, 1, "Python")
        assert agent.model.temperature == 0.5 and agent.model.fallbacks == []
        assert agent.metadata == {"team": {"size": 3}, "none": None}
        assert agent.created_at.tzinfo is not None and agent.created_at == agent.updated_at
        assert await client.agents.get(name) == agent

        # A patch: what is absent stays, null goes back to the default.
        changed = await client.agents.update(name, display_name=None, model={"max_output_tokens": 64})
        assert changed.version == 2 and changed.display_name is None
        assert changed.model.temperature == 0.5 and changed.model.max_output_tokens == 64

        # What was received is sent as a whole.
        twin = await client.agents.create(id=f"{name}-twin", model=changed.model, budget=changed.budget)
        assert twin.model == changed.model
        await client.agents.delete(twin.id)
        await client.agents.delete(name)


@scenario
async def versions(world: World) -> None:
    """agents: a difference is a union, a label may be null, a file is carried elsewhere"""
    name = world.name("py")
    async with world.client() as client:
        await client.agents.create(id=name, display_name="Before")
        await client.agents.update(name, display_name="After")
        operations = await client.agents.diff_versions(name, 2, against=1)
        assert [(one.op, one.to_json()) for one in operations] == [
            ("replace", {"op": "replace", "path": "/display_name", "value": "After"})
        ]
        assert (await client.agents.label_version(name, 1, label="first")).label == "first"
        assert (await client.agents.label_version(name, 1, label=None)).label is None

        file = await client.agents.export(name, version=2)
        assert file.definition.display_name == "After"
        await client.agents.delete(name)
        carried = await client.agents.import_(
            format=file.format, id=file.id, version=file.version, definition=file.definition
        )
        assert carried.display_name == "After"
        await client.agents.delete(name)


@scenario
async def paging(world: World) -> None:
    """agents: five of them over pages of two, each once, and from the middle on"""
    prefix = world.name("page")
    async with world.client() as client:
        made = [(await client.agents.create(id=f"{prefix}-{number}")).id for number in range(5)]
        found = [agent.id async for agent in client.agents.list(limit=2) if agent.id in made]
        assert found == made[::-1]

        sizes: list[int] = []
        cursors: list[str | None] = []
        async for page in client.agents.list(limit=2).pages():
            sizes.append(len(page.data))
            cursors.append(page.next_cursor)
        assert len(sizes) >= 3 and set(sizes[:-1]) == {2} and cursors[-1] is None and None not in cursors[:-1]

        first = await client.agents.list(limit=2).page()
        rest = [agent.id async for agent in client.agents.list(limit=2, cursor=first.next_cursor)]
        assert [agent.id for agent in first.data] + rest == [agent.id async for agent in client.agents.list()]
        for name in made:
            await client.agents.delete(name)


@scenario
async def secrets(world: World) -> None:
    """auth: secrets are in no text of what has them"""
    email, password = f"{world.name('py')}@example.org", "a long enough password"
    async with world.client() as client:
        registered = await client.auth.register(email=email, password=password, display_name="Py")
        assert registered.user.email == email and registered.tokens.access_token not in repr(registered)
        account = await client.auth.create_service_account(name=world.name("py"), role="viewer")
        issued = await client.auth.issue_token(account.id, expires_in=600)
        assert issued.token.id in repr(issued) and issued.secret not in repr(issued)
        await client.auth.delete_service_account(account.id)


@scenario
async def messages(world: World) -> None:
    """sessions: a message in parts, and null in a change"""
    async with world.client() as client:
        session = await client.sessions.create(agent_id="assistant", title="Geography", metadata={"n": 1})
        updated = await client.sessions.update(session.id, title=None, metadata={"n": None, "m": 2})
        assert updated.title is None and updated.metadata == {"m": 2}
        turn = await client.chat.send(
            agent_id="assistant", session_id=session.id, message=[{"type": "text", "text": "one two"}]
        )
        assert turn.status == "completed" and turn.content is not None and "one two" in turn.content
        messages = [message async for message in client.sessions.list_messages(session.id, limit=1)]
        assert [message.role for message in messages] == ["assistant", "user"]
        assert messages[1].content == [MessagePartText(text="one two")]
        await client.sessions.delete(session.id)


@scenario
async def following(world: World) -> None:
    """sessions: a session's events are followed while a turn runs"""
    async with world.client() as client:
        session = await client.sessions.create(agent_id="assistant", surface="py", surface_id=world.name("s"))
        first = await client.chat.send(agent_id="assistant", session_id=session.id, message="before")
        events = client.sessions.events(session.id, last_event_id=f"{first.turn_id}.0")
        kinds: list[str] = []
        async with events:
            async for event in events:
                kinds.append(event.type)
                match event:
                    case SessionEventTurnStarted(turn=turn) if turn.turn_id != first.turn_id:
                        assert turn.session_id == session.id
                    case SessionEventDone(turn=turn) if turn.turn_id == first.turn_id:
                        await client.chat.send(agent_id="assistant", session_id=session.id, message="a b")
                    case SessionEventDone(turn=turn):
                        assert turn.content is not None and "a b" in turn.content
                        assert events.last_event_id.startswith(turn.turn_id)
                        break
                    case _:
                        pass
        assert kinds.count("done") == 2 and kinds.count("turn_started") >= 1, kinds


@scenario
async def completions(world: World) -> None:
    """chat: OpenAI's form, whole and streamed"""
    async with world.client() as client:
        answer = await client.chat.completions(
            model="assistant",
            messages=[{"role": "user", "content": "one two"}],
            options={"extra_body": {"user": "somebody"}},
        )
        whole = answer.choices[0].message.content or ""
        assert "one two" in whole and answer.usage.total_tokens > 0
        pieces: list[str] = []
        used = 0
        async for chunk in client.chat.completions_stream(
            model="assistant",
            messages=[{"role": "user", "content": "one two"}],
            stream_options={"include_usage": True},
        ):
            pieces += [choice.delta.content or "" for choice in chunk.choices]
            used = chunk.usage.total_tokens if chunk.usage else used
        assert "".join(pieces) == whole and len(pieces) > 2 and used == answer.usage.total_tokens


@scenario
async def inference(world: World) -> None:
    """inference: usage in keys of one's choice, and a page that says more than its items"""
    async with world.client() as client:
        await client.chat.send(agent_id="assistant", message="count me", surface="py")
        report = await client.inference.usage(group_by=["agent", "day"], limit=1).page()
        assert report.from_ < report.to and report.data[0].day is not None and report.data[0].provider is None
        sums = [usage async for usage in client.inference.usage(from_=report.from_, to=report.to, group_by=["agent"])]
        assert "assistant" in [usage.agent_id for usage in sums]
