// The types of openapi-typescript, with the small client that goes with them.

import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

const headers = { authorization: `Bearer ${process.env.ASTRA_TOKEN}` };
const client = createClient<paths>({ baseUrl: process.env.ASTRA_URL!, headers });

const wanted = { id: "from-openapi-typescript", model: { provider: "echo" } };
const { data: made, error: refused } = await client.POST("/agents", { body: wanted });
assert.ok(made, `${refused?.detail}`);
const agent: components["schemas"]["Agent"] = made;
assert.equal(agent.id, "from-openapi-typescript");

const { data: page } = await client.GET("/agents", { params: { query: { limit: 1 } } });
assert.equal(page?.data.length, 1);
assert.equal(typeof page?.next_cursor, "string");

const { data: turn } = await client.POST("/chat", { body: { agent_id: agent.id, message: "Good morning" } });
assert.equal(turn?.status, "completed");

const gone = { params: { path: { agent_id: "gone" } } };
const { data: none, error: problem } = await client.GET("/agents/{agent_id}", gone);
assert.equal(none, undefined);
const code: components["schemas"]["ErrorCode"] | undefined = problem?.code;
assert.equal(code, "not_found");
