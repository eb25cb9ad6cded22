// All tools that the workspace has, and what an agent's policy says of each.

import type { VNode } from "preact";
import { client } from "../../frame/client.ts";
import { go, href, place } from "../../frame/router.tsx";
import { Action } from "../../parts/action.tsx";
import { NothingYet, Shown } from "../../parts/empty.tsx";
import { useResource } from "../../parts/resource.ts";
import { Filters, Table, useCursor } from "../../parts/table.tsx";
import { firstPart, Text } from "../../parts/text.tsx";
import { AgentFilter, Policy } from "./agentfilter.tsx";
import { Decision, Marks, sourceOf } from "./marks.tsx";

const SHOWN = 240;

export function List(): VNode {
  const { agent } = place.value.query;
  const cursor = useCursor();
  const tools = useResource(
    "tools.list",
    { agent, cursor },
    (options) => client.tools.list({ agentId: agent, cursor, limit: 50, ...options }),
    { live: ["agent.updated"] },
  );
  return (
    <>
      <Filters names={["agent"]}>
        <AgentFilter title="What may be called by" />
      </Filters>
      {agent !== undefined && <Policy key={agent} agent={agent} />}
      <Shown of={tools}>
        {({ items, nextCursor }) =>
          items.length === 0 && cursor === undefined ? (
            <NothingYet
              what="A tool is what an agent may call beside talking. This gateway has none."
              command="astra tools connect crm https://mcp.example.com/mcp"
            >
              <Action op="tools.connect_server" onPress={() => go(href("tools", [], { tab: "servers" }))}>
                Connect an MCP server
              </Action>
            </NothingYet>
          ) : (
            <Table
              title="Tools"
              rows={items}
              id={({ name }) => name}
              link={({ name }) => href("tools", [name], { agent })}
              next={nextCursor}
              columns={[
                { title: "Tool", cell: ({ name }) => <code>{name}</code> },
                ...(agent === undefined ? [] : [{ title: "Policy", cell: (it: (typeof items)[number]) => <Decision of={it.decision} /> }]),
                {
                  title: "What it does",
                  cell: ({ description }) => (
                    <div class="described small">
                      <Text>{description.length > SHOWN ? `${firstPart(description, SHOWN)} …` : description}</Text>
                    </div>
                  ),
                },
                { title: "Comes from", cell: sourceOf, isWide: true },
                { title: "Says of itself", cell: (it) => <Marks of={it} />, isWide: true },
              ]}
            />
          )
        }
      </Shown>
    </>
  );
}
