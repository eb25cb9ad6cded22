// The client of OpenAPI Generator for TypeScript on axios, on the gateway at ASTRA_URL.

import assert from "node:assert/strict";
import { isAxiosError } from "axios";
import { AgentsApi, ChatApi, Configuration } from "./index";

async function main(): Promise<void> {
  const configuration = new Configuration({ basePath: process.env.ASTRA_URL!, accessToken: process.env.ASTRA_TOKEN! });
  const agents = new AgentsApi(configuration);

  const { data: agent } = await agents.agentsCreate({ id: "from-typescript-axios", model: { provider: "echo" } });
  assert.equal(agent.id, "from-typescript-axios");
  assert.equal((await agents.agentsList(1)).data.data.length, 1);
  const { data: turn } = await new ChatApi(configuration).chatSend({ agent_id: agent.id, message: "Good morning" });
  assert.equal(turn.status, "completed");
  await assert.rejects(agents.agentsGet("gone"), (refusal) => isAxiosError(refusal) && refusal.response?.status === 404);
}

void main();
