// The AI SDK with its own settings: structured output and refusals.
//
// Reads ASTRA_URL, ASTRA_TOKEN, ASTRA_AGENT, ASTRA_TEST_NODE_MODULES and ASTRA_REFUSED, the questions that the model's
// server refuses.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.ASTRA_TEST_NODE_MODULES}/`);
const { APICallError, Output, generateText } = require("ai");
const { createOpenAICompatible } = require("@ai-sdk/openai-compatible");
const { z } = require("zod");

const provider = createOpenAICompatible({
  name: "astra",
  apiKey: process.env.ASTRA_TOKEN,
  baseURL: `${process.env.ASTRA_URL}/v1`,
  supportsStructuredOutputs: true,
});
const model = provider(process.env.ASTRA_AGENT);

const schema = z.object({ city: z.string() });
const { output } = await generateText({ model, prompt: "Where is the Louvre?", output: Output.object({ schema }) });
assert.deepEqual(output, { city: "Paris" });
console.log("object:", output);
for (const prompt of process.env.ASTRA_REFUSED.split(",")) {
  await assert.rejects(generateText({ model, prompt }), (error) => {
    assert.ok(APICallError.isInstance(error), `${error}`);
    console.log(prompt, error.statusCode);
    return true;
  });
}
