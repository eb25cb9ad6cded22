// Messages of several parts, and OpenAI's form.

import assert from "node:assert/strict";

import { NotFoundError } from "astra-client";

import { connect, refused, scenario } from "./harness.ts";

const client = connect();

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
});
