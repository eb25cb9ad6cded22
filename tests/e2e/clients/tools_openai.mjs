// The official OpenAI client for Node.js with tools of its own: its runner asks and calls by itself, whole and streamed.
//
// Reads ASTRA_URL, ASTRA_TOKEN, ASTRA_AGENT (an agent whose model asks for the weather of the cities in the question) and
// ASTRA_TEST_NODE_MODULES.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const { OpenAI } = createRequire(`${process.env.ASTRA_TEST_NODE_MODULES}/`)("openai");
const model = process.env.ASTRA_AGENT;
const degrees = { Paris: 18, Rome: 25, Oslo: 3 };
const question = { role: "user", content: "What time is it, and what is the weather in Paris and Rome?" };
const gateway = new OpenAI({
  apiKey: process.env.ASTRA_TOKEN,
  baseURL: `${process.env.ASTRA_URL}/v1`,
  maxRetries: 0,
  timeout: 60_000,
});

const called = [];
const tool = {
  type: "function",
  function: {
    name: "get_weather",
    description: "The weather in a city.",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
    parse: JSON.parse,
    function: ({ city }) => {
      called.push(city);
      return `${city}: ${degrees[city]} degrees`;
    },
  },
};

for (const stream of [false, true]) {
  called.length = 0;
  const messages = [];
  const runner = gateway.chat.completions
    .runTools({ model, messages: [question], tools: [tool], stream })
    .on("message", (message) => messages.push(message));
  const answer = await runner.finalContent();
  assert.deepEqual(called, ["Paris", "Rome"]);
  const roles = messages.map((message) => message.role);
  assert.deepEqual(roles, ["assistant", "tool", "tool", "assistant"]);
  assert.equal(messages[0].tool_calls.length, 2);
  const last = await runner.finalChatCompletion();
  assert.equal(last.choices[0].finish_reason, "stop");
  console.log(stream ? "streamed:" : "whole:", answer);
}

// The runner stops after a named tool.
const named = { type: "function", function: { name: "get_weather" } };
const runner = gateway.chat.completions.runTools({
  model,
  messages: [{ role: "user", content: "Hello" }],
  tools: [tool],
  tool_choice: named,
});
assert.equal((await runner.finalFunctionToolCall()).arguments, '{"city":"Paris"}');

await assert.rejects(
  gateway.chat.completions.create({
    model,
    messages: [question, { role: "tool", tool_call_id: "call_1", content: "Rain." }],
  }),
  (error) => error instanceof OpenAI.BadRequestError && error.param === "messages[1].tool_call_id",
);
