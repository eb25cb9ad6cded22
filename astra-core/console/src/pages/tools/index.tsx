// Tools: what agents may call, the MCP servers that tools come from, and the calls that wait for a person's decision.

import type { VNode } from "preact";
import { place } from "../../frame/router.tsx";
import { Tabs, useTab } from "../../parts/menu.tsx";
import { Approvals } from "./approvals.tsx";
import { List } from "./list.tsx";
import { Server } from "./server.tsx";
import { Servers } from "./servers.tsx";
import { Tool } from "./tool.tsx";

const tabs = [
  ["tools", "Tools"],
  ["servers", "MCP servers"],
  ["approvals", "Approvals"],
] as const;

const views: Readonly<Record<string, () => VNode>> = { tools: List, servers: Servers, approvals: Approvals };

export default function Tools(): VNode {
  const tab = useTab(tabs);
  const [first, second] = place.value.parts;
  if (first === "servers" && second !== undefined) return <Server key={second} name={second} />;
  if (first !== undefined) return <Tool key={first} name={first} />;
  const View = views[tab] ?? List;
  return (
    <>
      <div class="heading">
        <h1>Tools</h1>
      </div>
      <Tabs label="Parts of tools" tabs={tabs} />
      <View />
    </>
  );
}
