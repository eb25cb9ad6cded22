// Sessions and turns, as their users call them.

import assert from "node:assert/strict";

import { NotFoundError } from "astra-client";

import { connect, fresh, refused, scenario } from "./harness.ts";

const client = connect();

scenario("a session from its beginning to its end", async () => {
  const made = await client.sessions.create({
    agent_id: "assistant",
    surface: "drive",
    surface_id: fresh("surface"),
    title: "One",
  });
  assert.equal(made.status, "active");
  const turn = await client.chat.send({ agent_id: "assistant", session_id: made.id, message: "one two" });
  assert.equal(turn.content, "one two");
  assert.equal(turn.status, "completed");
  assert.equal(turn.session_id, made.id);
  assert.deepEqual(await client.chat.getTurn(turn.turn_id), turn);
  assert.equal((await client.chat.cancel(turn.turn_id)).status, "completed", "an ended turn stays as it is");

  const updated = await client.sessions.update(made.id, { title: null, metadata: { ticket: "4711" } });
  assert.equal(updated.title ?? null, null);
  const got = await client.sessions.get(made.id);
  assert.deepEqual(got.metadata, { ticket: "4711" });
  assert.equal(got.message_count, 2);
  const messages = await client.sessions.listMessages(made.id, { limit: 1 }).toArray();
  assert.deepEqual(
    messages.map(({ role, content }) => [role, content]),
    [
      ["assistant", "one two"],
      ["user", "one two"],
    ],
  );
  const listed = await client.sessions.list({ surface: "drive", status: "active", agentId: "assistant" }).toArray();
  assert.ok(listed.some(({ id }) => id === made.id));

  const fork = await client.sessions.fork(made.id, { title: "Another" });
  assert.equal(fork.title, "Another");
  assert.equal(fork.message_count, 2);
  await client.chat.send({ agent_id: "assistant", session_id: fork.id, message: "three" });
  assert.equal((await client.sessions.compact(fork.id)).id, fork.id);
  const successor = await client.sessions.reset(made.id);
  assert.equal((await client.sessions.get(made.id)).successor_id, successor.id);
  for (const id of [fork.id, successor.id, made.id]) await client.sessions.delete(id);
  await refused(client.sessions.get(made.id), NotFoundError);
});

scenario("a message of several parts", async () => {
  const message = [
    { type: "text" as const, text: "one" },
    { type: "text" as const, text: "two" },
  ];
  const { id } = await client.sessions.create({ agent_id: "assistant" });
  const turn = await client.chat.send({ agent_id: "assistant", session_id: id, message });
  assert.equal(turn.status, "completed");
  const asked = (await client.sessions.listMessages(id).toArray()).find(({ role }) => role === "user");
  assert.ok(Array.isArray(asked?.content));
  const [part] = asked.content;
  assert.ok(part?.type === "text");
  assert.equal(part.text, "one");
});

scenario("OpenAI's form, whole and streamed", async () => {
  const question = {
    model: "assistant",
    messages: [{ role: "user", content: "one two three" }],
    stream_options: { include_usage: true },
  };
  const { stream_options: _, ...plain } = question;
  const whole = await client.chat.completions(plain);
  assert.equal(whole.choices[0]?.message.content, "one two three");
  let text = "";
  let tokens = 0;
  for await (const chunk of client.chat.completionsStream(question)) {
    text += chunk.choices[0]?.delta.content ?? "";
    tokens = chunk.usage?.total_tokens ?? tokens;
  }
  assert.equal(text, "one two three");
  assert.ok(tokens > 0);
  const error = await refused(client.chat.completions({ ...plain, model: "nobody" }), NotFoundError);
  assert.equal(error.code, "model_not_found");
  assert.ok(error.detail);
  assert.ok((await client.chat.listModels()).data.some(({ id }) => id === "assistant"));
  assert.equal((await client.chat.getModel("assistant")).object, "model");
});
