// The official OpenAI client for Node.js, unmodified, against the gateway.
//
// Reads ASTRA_URL, ASTRA_TOKEN, ASTRA_AGENT (an agent whose model knows the capital of France) and
// ASTRA_TEST_NODE_MODULES. Exits with 0 and prints the answers when a JSON conversation, a streamed one and a refusal are
// what the client expects.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const { OpenAI } = createRequire(`${process.env.ASTRA_TEST_NODE_MODULES}/`)("openai");
const model = process.env.ASTRA_AGENT;
const capital = { role: "user", content: "What is the capital of France?" };

const client = (apiKey) => new OpenAI({ apiKey, baseURL: `${process.env.ASTRA_URL}/v1`, maxRetries: 0, timeout: 60_000 });
const gateway = client(process.env.ASTRA_TOKEN);

// A second question that only makes sense after the first.
async function converse() {
  const first = await gateway.chat.completions.create({ model, messages: [capital], temperature: 0 });
  const { message, finish_reason } = first.choices[0];
  assert.equal(first.object, "chat.completion");
  assert.equal(message.role, "assistant");
  assert.equal(finish_reason, "stop");
  assert.match(message.content, /Paris/);
  assert.equal(first.usage.total_tokens, first.usage.prompt_tokens + first.usage.completion_tokens);

  const messages = [capital, { role: "assistant", content: message.content }, { role: "user", content: "And of Germany?" }];
  const second = await gateway.chat.completions.create({ model, messages, temperature: 0 });
  assert.match(second.choices[0].message.content, /Berlin/);
  return `${message.content} ${second.choices[0].message.content}`;
}

// Through the client's own gatherer, which checks the order of what it is sent.
async function stream() {
  const pieces = [];
  const runner = gateway.chat.completions.stream({
    model,
    messages: [capital],
    temperature: 0,
    stream_options: { include_usage: true },
  });
  for await (const chunk of runner) {
    if (chunk.choices[0]?.delta.content) pieces.push(chunk.choices[0].delta.content);
  }
  const completion = await runner.finalChatCompletion();
  assert.ok(pieces.length > 1, "a stream comes in pieces");
  assert.equal(completion.choices[0].message.content, pieces.join(""));
  assert.equal(completion.choices[0].finish_reason, "stop");
  assert.ok(completion.usage.total_tokens > 0);
  assert.match(pieces.join(""), /Paris/);
  return pieces.join("");
}

// The client's own exceptions, made from the gateway's errors.
async function refused() {
  const asked = (gateway, request) => gateway.chat.completions.create({ model, messages: [capital], ...request });
  await assert.rejects(asked(client("not-a-token"), {}), OpenAI.AuthenticationError);
  await assert.rejects(asked(gateway, { model: "no-such-agent" }), (error) => {
    assert.ok(error instanceof OpenAI.NotFoundError);
    assert.ok(error.error.message && error.type && error.requestID, "the error says what, of which kind, and which request");
    return true;
  });
  await assert.rejects(asked(gateway, { model: "no-such-agent", stream: true }), OpenAI.NotFoundError);
  await assert.rejects(asked(gateway, { messages: [] }), (error) => [400, 422].includes(error.status));
}

console.log("JSON:  ", await converse());
console.log("stream:", await stream());
await refused();
console.log("refusals are the client's own exceptions");
