// Streams: typed, resumed, followed, closed.

import assert from "node:assert/strict";

import { type ChatEvent, ConnectionError, NotFoundError, type UnknownEvent } from "astra-client";

import { connect, fresh, misled, refused, scenario, seen } from "./harness.ts";

const client = connect();
const words = "one two three four five six seven";

async function session(): Promise<string> {
  return (await client.sessions.create({ agent_id: "assistant", surface: "drive", surface_id: fresh("stream") })).id;
}

async function question(): Promise<{ agent_id: string; session_id: string; message: string }> {
  return { agent_id: "assistant", session_id: await session(), message: words };
}

function textOf(events: readonly (ChatEvent | UnknownEvent)[]): string {
  return events.map((event) => (event.type === "content" ? event.delta : "")).join("");
}

scenario("typed events in their order", async () => {
  const asked = await question();
  const stream = client.chat.stream(asked);
  assert.equal(stream.lastEventId, undefined);
  const kinds: string[] = [];
  let text = "";
  for await (const event of stream) {
    kinds.push(event.type);
    switch (event.type) {
      case "session_resolved":
        assert.equal(event.session_id, asked.session_id);
        break;
      case "content":
        text += event.delta;
        assert.equal(stream.lastEventId, String(event.seq));
        break;
      case "done":
        assert.equal(event.turn.content, words);
        break;
      case "tool_call":
      case "tool_call_complete":
      case "tool_result":
        assert.fail(`no tool is offered: ${event.call_id}`);
        break;
      case "approval_required":
      case "results_required":
        assert.fail(`no tool is offered, and the turn waits for one: ${event.turn_id}`);
        break;
      case "error":
        assert.fail(event.problem.detail);
        break;
      case "unknown":
        assert.fail(event.event);
        break;
      default: {
        const nothing: never = event;
        assert.fail(String(nothing));
      }
    }
  }
  assert.equal(text, words);
  assert.deepEqual(kinds, ["session_resolved", ...Array<string>(7).fill("content"), "done"]);
  assert.equal(stream.response?.status, 200);
  assert.match(String(await refused(stream[Symbol.asyncIterator]().next(), Error)), /only once/);
});

scenario("a turn's stream, resumed after an event", async () => {
  let turnId = "";
  for await (const event of client.chat.stream(await question())) if (event.type === "done") turnId = event.turn_id;
  const events: ChatEvent["type"][] = [];
  for await (const { id, event, data } of client.chat.resume(turnId, { lastEventId: 7 }).frames()) {
    assert.ok(data.type !== "unknown");
    assert.equal(event, data.type);
    assert.ok(Number(id) > 7);
    events.push(data.type);
  }
  assert.deepEqual(events, ["content", "done"]);
  for await (const event of client.chat.resume(turnId, { lastEventId: 9 })) assert.fail(event.type);
  const all: (ChatEvent | UnknownEvent)[] = [];
  for await (const event of client.chat.resume(turnId)) all.push(event);
  assert.equal(textOf(all), words);
  const nobody = client.chat.resume("trn_06a1b2c3d4e5q");
  await refused(nobody.open(), NotFoundError);
});

scenario("a stream that is cut goes on, and each event comes once", async () => {
  const requestId = fresh("cut");
  const stream = misled("cut").chat.stream(await question(), { requestId, maxRetries: 50 });
  const events: (ChatEvent | UnknownEvent)[] = [];
  const ids: string[] = [];
  for await (const { id, data } of stream.frames()) {
    events.push(data);
    ids.push(id);
  }
  assert.equal(textOf(events), words);
  assert.deepEqual(ids, ["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
  const [first] = events;
  assert.ok(first?.type === "session_resolved");
  // What comes together with the cut may be lost with it: then the client goes on after what it has.
  const requests = await seen(requestId);
  const resumed = requests.filter(({ method }) => method === "GET");
  assert.ok(resumed.length >= 4);
  for (const { path, headers } of resumed) {
    assert.equal(path, `/cut/chat/turns/${first.turn_id}/events`);
    assert.equal(headers["idempotency-key"], undefined);
  }
  const known = resumed.map(({ headers }) => Number(headers["last-event-id"]));
  assert.ok(
    known.every((id, index) => id >= (known[index - 1] ?? 1)),
    String(known),
  );
  const asked = requests.filter(({ method }) => method === "POST").map(({ headers }) => headers["idempotency-key"]);
  assert.equal(new Set(asked).size, 1);
  assert.ok(asked[0]);
});

scenario("a stream that is cut before its first event is asked for again, with one key", async () => {
  const asked = await question();
  const requestId = fresh("cut-first");
  const events: (ChatEvent | UnknownEvent)[] = [];
  for await (const event of misled("cut-first").chat.stream(asked, { requestId })) events.push(event);
  assert.equal(textOf(events), words);
  const posts = await seen(requestId);
  assert.equal(posts.length, 2);
  assert.ok(posts[0]?.headers["idempotency-key"]);
  assert.equal(posts[0].headers["idempotency-key"], posts[1]?.headers["idempotency-key"]);
  const messages = await client.sessions.listMessages(asked.session_id).toArray();
  assert.equal(messages.length, 2, "one turn only");
});

scenario("OpenAI's stream cannot be resumed, but asked for again before it begins", async () => {
  const asked = { model: "assistant", messages: [{ role: "user", content: words }] };
  let text = "";
  for await (const chunk of misled("cut-first").chat.completionsStream(asked))
    text += chunk.choices[0]?.delta.content ?? "";
  assert.equal(text, words);
  const reading = (async () => {
    for await (const chunk of misled("cut").chat.completionsStream(asked)) assert.ok(chunk.id);
  })();
  await refused(reading, ConnectionError);
});

scenario("events, values and fields of the future", async () => {
  const future = misled("future");
  const events: (ChatEvent | UnknownEvent)[] = [];
  for await (const event of future.chat.stream(await question())) events.push(event);
  assert.deepEqual(events[0], {
    type: "unknown",
    event: "yet_unknown",
    data: { type: "yet_unknown", deep: { x: [1] } },
  });
  assert.equal(textOf(events), words);
  assert.equal((events[1] as unknown as Record<string, unknown>)["yet_unknown"], 1);
  const agent = await future.agents.get("assistant");
  assert.equal(agent.on_busy, "yet_unknown");
  assert.equal(agent.id, "assistant");
  assert.deepEqual((agent as unknown as Record<string, unknown>)["yet_unknown"], { deep: [1, null] });
});

scenario("a session is followed while its turns run", async () => {
  const asked = await question();
  for (const following of [client, misled("cut", { maxRetries: 50 })]) {
    const stream = following.sessions.events(asked.session_id);
    await stream.open();
    const turn = client.chat.send(asked);
    const kinds: string[] = [];
    let text = "";
    let last = "";
    for await (const { id, data } of stream.frames()) {
      kinds.push(data.type);
      last = id;
      if (data.type === "content") text += data.delta;
      if (data.type === "done") break;
    }
    const { turn_id: turnId } = await turn;
    assert.equal(text, words);
    assert.equal(kinds[0], "turn_started");
    assert.ok(last.startsWith(`${turnId}.`));
    assert.equal(stream.lastEventId, last);
  }
});

scenario("what was missed of a session is made up for", async () => {
  const asked = await question();
  const stream = client.sessions.events(asked.session_id);
  await stream.open();
  await client.chat.send(asked);
  for await (const event of stream) if (event.type === "session_resolved") break;
  const { lastEventId } = stream;
  assert.ok(lastEventId);
  let text = "";
  for await (const event of client.sessions.events(asked.session_id, { lastEventId })) {
    if (event.type === "content") text += event.delta;
    if (event.type === "done") break;
  }
  assert.equal(text, words);
});

scenario("streams are closed early", async () => {
  const id = await session();
  const closed = client.sessions.events(id);
  await closed.open();
  setTimeout(() => closed.close(), 20);
  for await (const event of closed) assert.fail(event.type);

  const controller = new AbortController();
  const aborted = client.sessions.events(id, { signal: controller.signal });
  await aborted.open();
  setTimeout(() => controller.abort(new Error("enough")), 20);
  const reading = (async () => {
    for await (const event of aborted) assert.fail(event.type);
  })();
  assert.match(String(await refused(reading, Error)), /enough/);

  {
    await using scoped = client.sessions.events(id);
    await scoped.open();
  }
  await client.sessions.delete(id);
});

scenario("a session that is deleted ends its stream with 404", async () => {
  const id = await session();
  const stream = client.sessions.events(id);
  await stream.open();
  await client.sessions.delete(id);
  const reading = (async () => {
    for await (const event of stream) assert.fail(event.type);
  })();
  await refused(reading, NotFoundError);
});
