"""Every call of the document that can be made without harm."""

from astra_client.types import MessagePartText, SessionEventDone, SessionEventTurnStarted
from world import World, scenario


@scenario
async def health(world: World) -> None:
    """health: alive, ready, without a token"""
    async with world.client(token=None) as client:
        assert (await client.health.get()).status == "ok"
        assert (await client.health.live()).status == "ok"
        assert (await client.health.ready()).status == "ok"


@scenario
async def agents(world: World) -> None:
    """agents: made, read, changed, cloned, carried elsewhere, removed"""
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

        replaced = await client.agents.replace(name, system_prompt="You are brief.")
        assert replaced.version == 3 and replaced.model.temperature is None
        await client.agents.delete(name)


@scenario
async def versions(world: World) -> None:
    """agents: versions are listed, compared, labelled and gone back to"""
    name = world.name("py")
    async with world.client() as client:
        await client.agents.create(id=name, display_name="Before")
        await client.agents.update(name, display_name="After")
        assert [info.version async for info in client.agents.list_versions(name, limit=1)] == [2, 1]
        assert (await client.agents.get_version(name, 1)).definition.display_name == "Before"
        operations = await client.agents.diff_versions(name, 2, against=1)
        assert [(one.op, one.to_json()) for one in operations] == [
            ("replace", {"op": "replace", "path": "/display_name", "value": "After"})
        ]
        labelled = await client.agents.label_version(name, 1, label="first")
        assert (labelled.version, labelled.label) == (1, "first")
        assert (await client.agents.label_version(name, 1, label=None)).label is None
        assert (await client.agents.rollback(name, 1)).display_name == "Before"
        clone = await client.agents.clone(name, id=f"{name}-clone", display_name="Clone")
        assert clone.display_name == "Clone"
        usage = await client.agents.usage(name)
        assert usage.tokens_per_hour.used == 0 and usage.tokens_per_hour.limit is None

        file = await client.agents.export(name, version=2)
        assert file.definition.display_name == "After"
        await client.agents.delete(name)
        carried = await client.agents.import_(
            format=file.format, id=file.id, version=file.version, definition=file.definition
        )
        assert carried.display_name == "After"
        await client.agents.delete(name)
        await client.agents.delete(clone.id)
        report = await client.agents.reload()
        assert report.failed == []


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
async def service_accounts(world: World) -> None:
    """auth: service accounts and their tokens"""
    async with world.client() as client:
        account = await client.auth.create_service_account(
            name=world.name("py"), role="member", scopes=["auth:read", "spec:read"]
        )
        assert account.role == "member" and account.scopes == ["auth:read", "spec:read"]
        assert await client.auth.get_service_account(account.id) == account
        changed = await client.auth.update_service_account(account.id, role="viewer")
        assert changed.role == "viewer" and changed.name == account.name
        assert account.id in [one.id async for one in client.auth.list_service_accounts(limit=1)]

        issued = await client.auth.issue_token(account.id, expires_in=600, scopes=["auth:read"])
        assert issued.token.scopes == ["auth:read"] and issued.secret not in repr(issued)
        async with world.client(token=issued.secret) as reader:
            assert (await reader.auth.me()).kind == "service_account"
        rotated = await client.auth.rotate_token(issued.token.id, grace_s=60)
        assert rotated.token.id == issued.token.id and rotated.secret != issued.secret
        assert [one.id async for one in client.auth.list_tokens(account.id)] == [issued.token.id]
        await client.auth.revoke_token(issued.token.id)
        await client.auth.delete_service_account(account.id)


@scenario
async def keys(world: World) -> None:
    """auth: signing keys, and the callers' own account"""
    async with world.client() as client:
        signing = [key async for key in client.auth.list_keys() if key.is_signing]
        assert len(signing) == 1
        rotated = await client.auth.rotate_keys()
        assert rotated.is_signing and rotated.kid != signing[0].kid
        assert rotated.kid in [key.kid for key in (await client.auth.jwks()).keys]
        me = await client.auth.me()
        assert me.role == "owner" and me.kind == "user" and "agents:write" in me.scopes


@scenario
async def accounts(world: World) -> None:
    """auth: an account is made, signs in, renews its tokens, signs out"""
    email, password = f"{world.name('py')}@example.org", "a long enough password"
    async with world.client(token=None) as client:
        registered = await client.auth.register(email=email, password=password, display_name="Py")
        assert registered.user.email == email and registered.tokens.access_token not in repr(registered)
        tokens = await client.auth.token(grant_type="password", username=email, password=password)
        assert tokens.refresh_token is not None and tokens.expires_in > 0
        renewed = await client.auth.refresh(refresh_token=tokens.refresh_token)
    async with world.client(token=renewed.access_token) as client:
        assert (await client.auth.me()).email == email
        await client.auth.logout()


@scenario
async def sessions(world: World) -> None:
    """sessions: opened, asked in, read, forked, compacted, reset, removed"""
    async with world.client() as client:
        session = await client.sessions.create(
            agent_id="assistant", title="Geography", surface="py", surface_id=world.name("surface"), metadata={"n": 1}
        )
        assert session.status == "active" and session.metadata == {"n": 1}
        updated = await client.sessions.update(session.id, title=None, metadata={"n": None, "m": 2})
        assert updated.title is None and updated.metadata == {"m": 2}
        turn = await client.chat.send(
            agent_id="assistant", session_id=session.id, message=[{"type": "text", "text": "one two"}]
        )
        assert turn.status == "completed" and turn.content is not None and "one two" in turn.content
        messages = [message async for message in client.sessions.list_messages(session.id, limit=1)]
        assert [message.role for message in messages] == ["assistant", "user"]
        assert messages[1].content == [MessagePartText(text="one two")]
        assert (await client.sessions.get(session.id)).message_count == 2
        listed = client.sessions.list(agent_id="assistant", status="active", surface="py")
        assert session.id in [one.id async for one in listed]

        fork = await client.sessions.fork(session.id, message_id=messages[1].id, title="Another way")
        assert fork.title == "Another way" and fork.message_count == 1
        assert (await client.sessions.compact(session.id)).id == session.id
        successor = await client.sessions.reset(session.id)
        assert (await client.sessions.get(session.id)).successor_id == successor.id
        for one in (fork, successor):
            await client.sessions.delete(one.id)


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
async def chat(world: World) -> None:
    """chat: asked for a whole answer, a turn read again and ended"""
    async with world.client() as client:
        turn = await client.chat.send(
            agent_id="assistant", message="one two", surface="py", metadata={"a": [1]}, overrides={"temperature": 0.1}
        )
        assert turn.metadata == {"a": [1]} and turn.usage.total_tokens > 0
        again = await client.chat.get_turn(turn.turn_id)
        assert again.content == turn.content and again.created_at == turn.created_at
        assert (await client.chat.cancel(turn.turn_id)).status == "completed"


@scenario
async def completions(world: World) -> None:
    """chat: OpenAI's form, whole and streamed"""
    async with world.client() as client:
        answer = await client.chat.completions(
            model="assistant",
            messages=[{"role": "user", "content": "one two"}],
            options={"extra_body": {"user": "somebody"}},
        )
        whole = answer.choices[0].message.content
        assert "one two" in whole and answer.usage.total_tokens > 0
        assert "assistant" in [model.id for model in (await client.chat.list_models()).data]
        assert (await client.chat.get_model("assistant")).object_ == "model"
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
    """inference: providers, models, usage in keys of one's choice"""
    async with world.client() as client:
        assert "echo" in [provider.name async for provider in client.inference.list_providers()]
        provider = await client.inference.get_provider("echo")
        assert provider.protocol == "echo" and provider.circuit == "closed"
        assert (await client.inference.check_provider("echo")).is_ok
        assert "echo" in [model.name async for model in client.inference.list_models(provider="echo")]
        report = await client.inference.usage(group_by=["agent", "day"], limit=1).page()
        assert report.from_ < report.to and report.data[0].day is not None and report.data[0].provider is None
        sums = [usage async for usage in client.inference.usage(from_=report.from_, to=report.to, group_by=["agent"])]
        assert "assistant" in [usage.agent_id for usage in sums]
