// The official MCP client for Node.js, unmodified, against the gateway.
//
// Reads ASTRA_URL, ASTRA_TOKEN, ASTRA_AGENT (an agent that says again what was said) and ASTRA_TEST_MCP_NODE_MODULES. Exits
// with 0 and prints the answer when the list, calls with progress, sessions, refusals and a cancelled call are what the client
// expects.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.ASTRA_TEST_MCP_NODE_MODULES}/`);
const { Client } = require("@modelcontextprotocol/sdk/client/index.js");
const { StreamableHTTPClientTransport } = require("@modelcontextprotocol/sdk/client/streamableHttp.js");
const name = process.env.ASTRA_AGENT;

const headers = { Authorization: `Bearer ${process.env.ASTRA_TOKEN}` };
const transport = new StreamableHTTPClientTransport(new URL(`${process.env.ASTRA_URL}/mcp`), { requestInit: { headers } });
const client = new Client({ name: "astra-tests", version: "1.0.0" });
await client.connect(transport);
assert.equal(client.getServerVersion().name, "astra");
assert.deepEqual(client.getServerCapabilities(), { tools: {}, resources: {} });
await client.ping();

const { tools } = await client.listTools();
const tool = tools.find((tool) => tool.name === name);
assert.deepEqual(tool.inputSchema.required, ["message"]);

const progress = [];
const first = await client.callTool({ name, arguments: { message: "Paris it is" } }, undefined, {
  onprogress: ({ message }) => progress.push(message),
});
assert.equal(first.isError, false);
const { answer, session_id } = first.structuredContent;
assert.match(answer, /Paris it is/);
assert.equal(first.content[0].text, answer);
assert.ok(progress.join("").includes(answer), progress.join("|"));

const again = await client.callTool({ name, arguments: { message: "Again", session_id } });
assert.equal(again.structuredContent.session_id, session_id);
const refused = await client.callTool({ name, arguments: { message: "" } });
assert.equal(refused.isError, true);
await assert.rejects(client.callTool({ name: "no_such_agent", arguments: { message: "m" } }), { code: -32602 });

// Memory: written by a tool, and read as a resource.
const written = await client.callTool({ name: "memory_write", arguments: { content: "Releases are made on Tuesdays." } });
assert.equal(written.isError, false);
const uri = `astra://memory/${JSON.parse(written.content[0].text).id}`;
const { resources } = await client.listResources();
assert.deepEqual(resources.map((resource) => resource.uri), ["astra://memory/profile", uri]);
const { resourceTemplates } = await client.listResourceTemplates();
assert.deepEqual(resourceTemplates.map((template) => template.uriTemplate), ["astra://memory/{memory_id}"]);
const { contents } = await client.readResource({ uri });
assert.equal(contents[0].mimeType, "application/json");
assert.equal(JSON.parse(contents[0].text).content, "Releases are made on Tuesdays.");
await assert.rejects(client.readResource({ uri: "astra://memory/mem_0000000000009" }), { code: -32002 });

const stopping = new AbortController();
const cancelled = client.callTool({ name, arguments: { message: "Never mind" } }, undefined, { signal: stopping.signal });
stopping.abort("no longer wanted");
await assert.rejects(cancelled, /no longer wanted/);
await client.ping();

await transport.terminateSession();
await client.close();
console.log(answer);
