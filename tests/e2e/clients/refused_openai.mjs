// The official OpenAI client for Node.js with its own settings: structured output, the list of models, and refusals.
//
// Reads ASTRA_URL, ASTRA_TOKEN, ASTRA_AGENT, ASTRA_TEST_NODE_MODULES and ASTRA_REFUSED, the questions that the model's
// server refuses.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.ASTRA_TEST_NODE_MODULES}/`);
const { OpenAI } = require("openai");
const { zodResponseFormat } = require("openai/helpers/zod");
const { z } = require("zod");

const model = process.env.ASTRA_AGENT;
const gateway = new OpenAI({ apiKey: process.env.ASTRA_TOKEN, baseURL: `${process.env.ASTRA_URL}/v1` });
const asked = (content) => ({ model, messages: [{ role: "user", content }] });

const form = zodResponseFormat(z.object({ city: z.string() }), "city");
const parsed = await gateway.chat.completions.parse({ ...asked("Where is the Louvre?"), response_format: form });
assert.deepEqual(parsed.choices[0].message.parsed, { city: "Paris" });
console.log("parse:", parsed.choices[0].message.parsed);
const models = [];
for await (const { id } of gateway.models.list()) models.push(id);
assert.ok(models.includes(model));
assert.equal((await gateway.models.retrieve(model)).id, model);

for (const question of process.env.ASTRA_REFUSED.split(",")) {
  await assert.rejects(gateway.chat.completions.create(asked(question)), (error) => {
    assert.ok(error instanceof OpenAI.APIError, `${error}`);
    console.log(question, error.status, error.code);
    if (question === "too long") assert.ok(error instanceof OpenAI.BadRequestError && error.code === "context_length_exceeded");
    return true;
  });
}
