// The client of orval, on fetch.

import assert from "node:assert/strict";
import { agentsCreate, agentsGet, agentsList, chatSend } from "./client";

const headers = { authorization: `Bearer ${process.env.ASTRA_TOKEN}` };

const made = await agentsCreate({ id: "from-orval", model: { provider: "echo" } }, { headers });
assert.ok(made.status === 201);
assert.equal(made.data.id, "from-orval");

const page = await agentsList({ limit: 1 }, { headers });
assert.ok(page.status === 200);
assert.equal(page.data.data.length, 1);

const turn = await chatSend({ agent_id: made.data.id, message: "Good morning" }, { headers });
assert.ok(turn.status === 200);
assert.equal(turn.data.status, "completed");

const none = await agentsGet("gone", { headers });
assert.ok(none.status === 404);
assert.equal(none.data.code, "not_found");
