// The ids of the workspace's agents, to choose from.

import { client } from "../frame/client.ts";
import { useResource } from "./resource.ts";

export function useAgentIds(isWanted = true): readonly string[] {
  const agents = useResource(
    "agents.list",
    { limit: 200 },
    (options) => client.agents.list({ limit: 200, ...options }),
    { isWanted },
  );
  return agents.data?.items.map(({ id }) => id) ?? [];
}
