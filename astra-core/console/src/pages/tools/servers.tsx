// The MCP servers that tools come from, and how they are doing.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import { client } from "../../frame/client.ts";
import { href } from "../../frame/router.tsx";
import { Action } from "../../parts/action.tsx";
import { NothingYet, Shown } from "../../parts/empty.tsx";
import { count } from "../../parts/number.ts";
import { useResource } from "../../parts/resource.ts";
import { Table, useCursor } from "../../parts/table.tsx";
import { Text } from "../../parts/text.tsx";
import { useTicking } from "../../parts/ticking.ts";
import { Time } from "../../parts/time.tsx";
import { Connect } from "./connect.tsx";
import { isUnsettled, ServerStatus, Why } from "./serverstatus.tsx";

export function Servers(): VNode {
  const cursor = useCursor();
  const isConnecting = useSignal(false);
  const servers = useResource("tools.list_servers", { cursor }, (options) => client.tools.listServers({ cursor, limit: 50, ...options }));
  const isSoon = servers.data?.items.some(isUnsettled) ?? false;
  useTicking(servers.reload, servers.data !== undefined, isSoon ? 2_000 : 15_000);
  return (
    <>
      <div class="heading">
        <p class="faint">A server of the Model Context Protocol is a source of tools. Health is that of the gateway that answers.</p>
        <span class="fill" />
        <Action op="tools.connect_server" kind="primary" onPress={() => (isConnecting.value = true)}>
          Connect a server
        </Action>
      </div>
      <Shown of={servers}>
        {({ items, nextCursor }) =>
          items.length === 0 && cursor === undefined ? (
            <NothingYet
              what="No MCP server is connected. One gives its tools to all agents whose policy allows them."
              command="astra tools connect crm https://mcp.example.com/mcp"
            >
              <Action op="tools.connect_server" onPress={() => (isConnecting.value = true)}>
                Connect the first one
              </Action>
            </NothingYet>
          ) : (
            <Table
              title="MCP servers"
              rows={items}
              id={({ name }) => name}
              link={({ name }) => href("tools", ["servers", name])}
              next={nextCursor}
              columns={[
                { title: "Server", cell: ({ name }) => name },
                {
                  title: "Health",
                  cell: (it) => (
                    <>
                      <ServerStatus of={it} /> <span class="small faint">since <Time of={it.since} /></span>
                      <Why of={it} />
                    </>
                  ),
                },
                { title: "Tools", cell: ({ tools }) => count(tools.length), isNumber: true },
                {
                  title: "Where",
                  cell: ({ address, transport }) => (
                    <>
                      {transport} {address != null && <Text>{address}</Text>}
                    </>
                  ),
                  isWide: true,
                },
                { title: "Described by", cell: ({ origin }) => `the ${origin}`, isWide: true },
              ]}
            />
          )
        }
      </Shown>
      {isConnecting.value && <Connect onClose={() => (isConnecting.value = false)} />}
    </>
  );
}
