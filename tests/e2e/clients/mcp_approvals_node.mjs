// The official MCP client for Node.js, unmodified, whose user is asked for approvals.
//
// Reads ASTRA_URL, ASTRA_TOKEN (of an admin), ASTRA_AGENT (an agent that calls the tool `current_time`, which needs an approval,
// as a message `/tool current_time` says) and ASTRA_TEST_MCP_NODE_MODULES. Exits with 0 and prints an answer.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.ASTRA_TEST_MCP_NODE_MODULES}/`);
const { Client } = require("@modelcontextprotocol/sdk/client/index.js");
const { StreamableHTTPClientTransport } = require("@modelcontextprotocol/sdk/client/streamableHttp.js");
const { ElicitRequestSchema } = require("@modelcontextprotocol/sdk/types.js");
const name = process.env.ASTRA_AGENT;

const headers = { Authorization: `Bearer ${process.env.ASTRA_TOKEN}` };
const transport = new StreamableHTTPClientTransport(new URL(`${process.env.ASTRA_URL}/mcp`), { requestInit: { headers } });
const client = new Client({ name: "astra-tests", version: "1.0.0" }, { capabilities: { elicitation: {} } });
const asked = [];
const answers = [
  { action: "accept", content: { decision: "approve", note: "go on" } },
  { action: "accept", content: { decision: "deny", note: "Not in Paris." } },
  { action: "decline" },
];
client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
  asked.push(params.message);
  return answers.shift();
});
await client.connect(transport);
const said = [];
for (let call = 0; call < 3; call += 1) {
  const result = await client.callTool({ name, arguments: { message: "/tool current_time" } });
  assert.equal(result.isError, false);
  said.push(result.structuredContent.answer);
}
assert.match(said[0], /"time"/);
assert.match(said[1], /denied the call: Not in Paris\.$/);
assert.match(said[2], /a person denied the call\.$/);
assert.deepEqual(asked.map((message) => /wants to call the tool current_time/.test(message)), [true, true, true]);
await client.close();
console.log(said[1]);
