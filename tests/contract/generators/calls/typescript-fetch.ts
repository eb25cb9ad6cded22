// The client of OpenAPI Generator for TypeScript on fetch, on the gateway at ASTRA_URL.

import assert from "node:assert/strict";
import { AgentsApi, ChatApi, Configuration, ResponseError } from "./index";

const configuration = new Configuration({ basePath: process.env.ASTRA_URL!, accessToken: process.env.ASTRA_TOKEN! });
const agents = new AgentsApi(configuration);

const agent = await agents.agentsCreate({ createAgent: { id: "from-typescript-fetch", model: { provider: "echo" } } });
assert.equal(agent.id, "from-typescript-fetch");
assert.equal((await agents.agentsList({ limit: 1 })).data.length, 1);
const turn = await new ChatApi(configuration).chatSend({ sendMessage: { agent_id: agent.id, message: "Good morning" } });
assert.equal(turn.status, "completed");
await assert.rejects(
  agents.agentsGet({ agentId: "gone" }),
  (refusal) => refusal instanceof ResponseError && refusal.response.status === 404,
);
