// LangChain for Node.js with tools of its own: an agent's loop, whole and streamed, and structured output by a tool.
//
// Reads ASTRA_URL, ASTRA_TOKEN, ASTRA_AGENT (an agent whose model asks for the weather of the cities in the question) and
// ASTRA_TEST_NODE_MODULES.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.ASTRA_TEST_NODE_MODULES}/`);
const { HumanMessage } = require("@langchain/core/messages");
const { tool } = require("@langchain/core/tools");
const { ChatOpenAI } = require("@langchain/openai");
const { z } = require("zod");

const degrees = { Paris: 18, Rome: 25, Oslo: 3 };
const model = new ChatOpenAI({
  model: process.env.ASTRA_AGENT,
  apiKey: process.env.ASTRA_TOKEN,
  configuration: { baseURL: `${process.env.ASTRA_URL}/v1` },
});
const schema = z.object({ city: z.string() });
const getWeather = tool(({ city }) => `${city}: ${degrees[city]} degrees`, {
  name: "get_weather",
  description: "The weather in a city.",
  schema,
});
const bound = model.bindTools([getWeather]);

async function streamed(messages) {
  let whole;
  for await (const chunk of await bound.stream(messages)) whole = whole ? whole.concat(chunk) : chunk;
  return whole;
}

async function loop(ask) {
  const messages = [new HumanMessage("What time is it, and what is the weather in Paris and Rome?")];
  for (;;) {
    const answer = await ask(messages);
    messages.push(answer);
    if (!answer.tool_calls.length) return answer.content;
    assert.deepEqual(answer.tool_calls.map((call) => call.args.city), ["Paris", "Rome"]);
    for (const call of answer.tool_calls) messages.push(await getWeather.invoke(call));
  }
}

console.log("whole:   ", await loop((messages) => bound.invoke(messages)));
console.log("streamed:", await loop(streamed));
const typed = model.withStructuredOutput(schema, { name: "City", method: "functionCalling" });
assert.deepEqual(await typed.invoke("Where is the Louvre?"), { city: "Paris" });
