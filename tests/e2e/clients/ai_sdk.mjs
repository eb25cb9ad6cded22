// The AI SDK with its provider for OpenAI-compatible servers, unmodified, against the gateway.
//
// Reads ASTRA_URL, ASTRA_TOKEN, ASTRA_AGENT (an agent whose model knows the capital of France) and
// ASTRA_TEST_NODE_MODULES. Exits with 0 and prints the answers when a JSON conversation, a streamed one and a refusal are
// what the client expects.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.ASTRA_TEST_NODE_MODULES}/`);
const { APICallError, generateText, streamText } = require("ai");
const { createOpenAICompatible } = require("@ai-sdk/openai-compatible");

const provider = (apiKey) =>
  createOpenAICompatible({ name: "astra", apiKey, baseURL: `${process.env.ASTRA_URL}/v1`, includeUsage: true });
const model = (id = process.env.ASTRA_AGENT, token = process.env.ASTRA_TOKEN) => provider(token)(id);
const capital = { role: "user", content: "What is the capital of France?" };
const settings = { temperature: 0, maxRetries: 0 };

// A second question that only makes sense after the first.
async function converse() {
  const first = await generateText({ ...settings, model: model(), messages: [capital] });
  assert.match(first.text, /Paris/);
  assert.equal(first.finishReason, "stop");
  assert.ok(first.usage.inputTokens > 0 && first.usage.outputTokens > 0);

  const messages = [capital, ...first.response.messages, { role: "user", content: "And of Germany?" }];
  const second = await generateText({ ...settings, model: model(), messages });
  assert.match(second.text, /Berlin/);
  return `${first.text} ${second.text}`;
}

async function stream() {
  const pieces = [];
  const result = streamText({ ...settings, model: model(), messages: [capital] });
  for await (const piece of result.textStream) pieces.push(piece);
  assert.ok(pieces.length > 1, "a stream comes in pieces");
  assert.match(pieces.join(""), /Paris/);
  assert.equal(await result.finishReason, "stop");
  assert.ok((await result.usage).totalTokens > 0);
  return pieces.join("");
}

// The SDK's own exception, made from the gateway's errors.
async function refused() {
  const asked = (model) => generateText({ ...settings, model, messages: [capital] });
  const says = (status) => (error) => {
    assert.ok(APICallError.isInstance(error), `${error}`);
    assert.equal(error.statusCode, status);
    assert.ok(error.message.length > 0 && error.data.error.message, "the gateway's own words reach the caller");
    return true;
  };
  await assert.rejects(asked(model(undefined, "not-a-token")), says(401));
  await assert.rejects(asked(model("no-such-agent")), says(404));
}

console.log("JSON:  ", await converse());
console.log("stream:", await stream());
await refused();
console.log("refusals are the client's own exceptions");
