// One MCP server: its health, and what it offers.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { McpServer, McpServerTool } from "astra-client";
import { client } from "../../frame/client.ts";
import { go, href } from "../../frame/router.tsx";
import { Action } from "../../parts/action.tsx";
import { Confirm } from "../../parts/dialog.tsx";
import { Shown } from "../../parts/empty.tsx";
import { useResource } from "../../parts/resource.ts";
import { Table } from "../../parts/table.tsx";
import { Text } from "../../parts/text.tsx";
import { useTicking } from "../../parts/ticking.ts";
import { duration, Time } from "../../parts/time.tsx";
import { isUnsettled, ServerStatus, Why } from "./serverstatus.tsx";

export function Server({ name }: { name: string }): VNode {
  const server = useResource("tools.get_server", { name }, (options) => client.tools.getServer(name, options));
  useTicking(server.reload, server.data !== undefined, server.data && isUnsettled(server.data) ? 1_000 : 5_000);
  return (
    <>
      <p>
        <a href={href("tools", [], { tab: "servers" })}>All MCP servers</a>
      </p>
      <Shown of={server}>{(data) => <Whole of={data} />}</Shown>
    </>
  );
}

function Whole({ of }: { of: McpServer }): VNode {
  const isAsking = useSignal(false);
  const isOwn = of.origin === "workspace";
  return (
    <>
      <div class="heading">
        <h1>{of.name}</h1>
        <ServerStatus of={of} />
        <span class="fill" />
        <Action
          op="tools.disconnect_server"
          kind="danger"
          isOff={!isOwn && "It is described by the gateway's configuration, and goes when it is removed there."}
          onPress={() => (isAsking.value = true)}
        >
          Disconnect
        </Action>
      </div>
      <Why of={of} />
      {of.warning != null && (
        <p class="warn">
          <Text>{of.warning}</Text>
        </p>
      )}
      <Facts of={of} />
      <h2>What it offers</h2>
      {of.tools.length === 0 ? (
        <p class="faint">{of.status === "connected" ? "It offers no tools." : "That is known when there is a connection."}</p>
      ) : (
        <Offered server={of} />
      )}
      {isAsking.value && (
        <Confirm
          title={`Disconnect ${of.name}?`}
          action="Disconnect the server"
          typed={of.name}
          done="The server was disconnected."
          onClose={() => (isAsking.value = false)}
          onConfirm={async () => {
            await client.tools.disconnectServer(of.name);
            go(href("tools", [], { tab: "servers" }), true);
          }}
        >
          <p>Its tools are gone at once, calls of them that run come to nothing, and its headers and secrets are deleted.</p>
        </Confirm>
      )}
    </>
  );
}

function Offered({ server }: { server: McpServer }): VNode {
  return (
    <Table
      title={`Tools of ${server.name}`}
      rows={server.tools}
      id={({ remote_name }) => remote_name}
      columns={[
        { title: "Tool", cell: (tool) => <ToolLink of={tool} /> },
        {
          title: "The server's name for it",
          cell: ({ remote_name }) => (
            <code>
              <Text>{remote_name}</Text>
            </code>
          ),
        },
        {
          title: "Left out because",
          cell: ({ fault }) =>
            fault == null ? (
              <span class="faint">–</span>
            ) : (
              <span class="bad">
                <Text>{fault}</Text>
              </span>
            ),
        },
      ]}
    />
  );
}

function ToolLink({ of: { name } }: { of: McpServerTool }): VNode {
  if (name == null) return <span class="tag warn">left out</span>;
  return (
    <a href={href("tools", [name])}>
      <code>{name}</code>
    </a>
  );
}

function Names({ title, names }: { title: string; names: readonly string[] }): VNode | null {
  if (names.length === 0) return null;
  return (
    <>
      <dt>{title}</dt>
      <dd>
        {names.join(", ")} <span class="faint">(values are not shown)</span>
      </dd>
    </>
  );
}

function Facts({ of }: { of: McpServer }): VNode {
  return (
    <dl class="facts">
      <dt>Where</dt>
      <dd>
        {of.transport} {of.address == null ? <span class="faint">(the operator's)</span> : <Text>{of.address}</Text>}
      </dd>
      <dt>{of.status === "connected" ? "Connected" : "So since"}</dt>
      <dd>
        <Time of={of.since} />
      </dd>
      {of.server_name != null && (
        <>
          <dt>Calls itself</dt>
          <dd>
            <Text>{of.server_name}</Text> {of.server_version != null && <Text>{of.server_version}</Text>}
            {of.protocol_version != null && <span class="faint">, protocol {of.protocol_version}</span>}
          </dd>
        </>
      )}
      <dt>Longest call</dt>
      <dd>{of.timeout_s == null ? "as tools.timeout_s of the configuration says" : duration(of.timeout_s * 1000)}</dd>
      <Names title="Headers" names={of.header_names} />
      <Names title="Variables" names={of.env_names} />
      {of.oauth != null && (
        <>
          <dt>Token</dt>
          <dd>
            of <Text>{of.oauth.address}</Text> as <Text>{of.oauth.client_id}</Text>
            {of.oauth.scope != null && (
              <>
                {" "}
                for <Text>{of.oauth.scope}</Text>
              </>
            )}
          </dd>
        </>
      )}
      <dt>Described by</dt>
      <dd>
        {of.created_at == null ? (
          "the gateway's configuration"
        ) : (
          <>
            <code>{of.created_by}</code>, <Time of={of.created_at} />
          </>
        )}
      </dd>
    </dl>
  );
}
