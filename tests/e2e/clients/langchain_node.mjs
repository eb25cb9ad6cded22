// LangChain for Node.js with its own settings: answers, streams, structured output and refusals.
//
// Reads ASTRA_URL, ASTRA_TOKEN, ASTRA_AGENT, ASTRA_TEST_NODE_MODULES and ASTRA_REFUSED, the questions that the model's
// server refuses.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.ASTRA_TEST_NODE_MODULES}/`);
const { ChatOpenAI } = require("@langchain/openai");
const { z } = require("zod");

const baseURL = `${process.env.ASTRA_URL}/v1`;
const model = new ChatOpenAI({ model: process.env.ASTRA_AGENT, apiKey: process.env.ASTRA_TOKEN, configuration: { baseURL } });

assert.equal((await model.invoke("Where is the Louvre?")).content, "It is Paris.");
let text = "";
for await (const chunk of await model.stream("Where is the Louvre?")) text += chunk.content;
assert.equal(text, "It is Paris.");
const schema = z.object({ city: z.string() });
for (const method of ["jsonSchema", "jsonMode"]) {
  const city = await model.withStructuredOutput(schema, { method }).invoke("Where is the Louvre? Answer in JSON.");
  assert.deepEqual(city, { city: "Paris" });
  console.log(method, city);
}
for (const question of process.env.ASTRA_REFUSED.split(",")) {
  await assert.rejects(model.invoke(question), (error) => {
    console.log(question, error.status, error.code);
    return true;
  });
}
