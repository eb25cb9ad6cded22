// The client of Hey API, which also types the events of a stream.

import assert from "node:assert/strict";
import { client } from "./client/client.gen";
import { agentsCreate, agentsGet, agentsList, chatStream } from "./client/sdk.gen";
import type { ChatEvent } from "./client/types.gen";

client.setConfig({ baseUrl: process.env.ASTRA_URL!, auth: () => process.env.ASTRA_TOKEN! });

const wanted = { id: "from-hey-api", model: { provider: "echo" } };
const { data: agent } = await agentsCreate({ body: wanted, throwOnError: true });
assert.equal(agent.id, "from-hey-api");
const { data: page } = await agentsList({ query: { limit: 1 }, throwOnError: true });
assert.equal(page.data.length, 1);

const { stream } = await chatStream({ body: { agent_id: agent.id, message: "Good morning" } });
const seen: ChatEvent["type"][] = [];
let said = "";
for await (const event of stream) {
  const typed: ChatEvent = event;
  seen.push(typed.type);
  if (typed.type === "content") said += typed.delta;
  if (typed.type === "done") assert.equal(typed.turn.status, "completed");
}
assert.equal(seen[0], "session_resolved");
assert.equal(seen.at(-1), "done");
assert.match(said, /Good morning/);

const { error } = await agentsGet({ path: { agent_id: "gone" } });
assert.equal(error?.code, "not_found");
