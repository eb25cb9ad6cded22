// The AI SDK with tools of its own: it asks and calls until the model answers, whole and streamed.
//
// Reads ASTRA_URL, ASTRA_TOKEN, ASTRA_AGENT (an agent whose model asks for the weather of the cities in the question) and
// ASTRA_TEST_NODE_MODULES.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.ASTRA_TEST_NODE_MODULES}/`);
const { generateText, stepCountIs, streamText, tool } = require("ai");
const { createOpenAICompatible } = require("@ai-sdk/openai-compatible");
const { z } = require("zod");

const degrees = { Paris: 18, Rome: 25, Oslo: 3 };
const provider = createOpenAICompatible({
  name: "astra",
  apiKey: process.env.ASTRA_TOKEN,
  baseURL: `${process.env.ASTRA_URL}/v1`,
  includeUsage: true,
});
const called = [];
const get_weather = tool({
  description: "The weather in a city.",
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => {
    called.push(city);
    return `${city}: ${degrees[city]} degrees`;
  },
});
const settings = {
  model: provider(process.env.ASTRA_AGENT),
  prompt: "What time is it, and what is the weather in Paris and Rome?",
  tools: { get_weather },
  stopWhen: stepCountIs(5),
  maxRetries: 0,
};

const whole = await generateText(settings);
assert.deepEqual(called, ["Paris", "Rome"]);
assert.deepEqual(whole.steps.map((step) => step.finishReason), ["tool-calls", "stop"]);
assert.equal(whole.steps[0].toolCalls.length, 2);
assert.ok(whole.usage.totalTokens > 0);
console.log("whole:   ", whole.text);

called.length = 0;
const streamed = streamText(settings);
const kinds = new Map();
for await (const part of streamed.fullStream) {
  assert.notEqual(part.type, "error", JSON.stringify(part));
  kinds.set(part.type, (kinds.get(part.type) ?? 0) + 1);
}
assert.deepEqual(called, ["Paris", "Rome"]);
assert.equal(kinds.get("tool-call"), 2);
assert.ok(kinds.get("tool-input-delta") > 4, JSON.stringify([...kinds]));
assert.deepEqual((await streamed.steps).map((step) => step.finishReason), ["tool-calls", "stop"]);
console.log("streamed:", await streamed.text);

const forced = await generateText({
  ...settings,
  prompt: "Hello",
  toolChoice: { type: "tool", toolName: "get_weather" },
  stopWhen: stepCountIs(1),
});
assert.deepEqual(forced.toolCalls[0].input, { city: "Paris" });
// A conversation that has calls goes on, with the SDK's own messages.
const messages = [{ role: "user", content: "Hello" }, ...forced.response.messages, { role: "user", content: "And now?" }];
const { prompt, ...others } = settings;
assert.equal((await generateText({ ...others, messages, toolChoice: "none" })).text, "It is Paris.");
