// A new MCP server: over HTTP, or as a program of the gateway's machine.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { ConnectMcpServer } from "astra-client";
import connectSchema from "../../../client/schemas/ConnectMcpServer.json";
import { client } from "../../frame/client.ts";
import { go, href } from "../../frame/router.tsx";
import { Form } from "../../parts/form.tsx";
import { FormDialog } from "../../parts/formdialog.tsx";
import { type Pairs, PairsField } from "../../parts/pairs.tsx";
import type { Schema } from "../../parts/schema.ts";

type Value = Record<string, unknown>;

const schema = connectSchema as unknown as Schema;

const kinds = [
  ["http", "At an address (streamable HTTP)", "ConnectMcpTransportHttp"],
  ["stdio", "A program on the gateway's machine", "ConnectMcpTransportStdio"],
] as const;

/** The schema of one kind, with what it refers to. */
const branch = (name: string): Schema => ({ ...schema.$defs?.[name], ...(schema.$defs ? { $defs: schema.$defs } : {}) });

export function Connect({ onClose }: { onClose: () => void }): VNode {
  const value = useSignal<Value>({ transport: { type: "http" } });
  const transport = value.value["transport"] as Value;
  const [kind, , definition] = kinds.find(([name]) => name === transport["type"]) ?? kinds[0];
  const secrets = kind === "http" ? "headers" : "env";
  const hasToken = transport["oauth"] !== undefined;
  const set = (next: Value): void => void (value.value = { ...value.peek(), transport: next });
  const setToken = (isWanted: boolean): void => {
    const { oauth: _, ...rest } = transport;
    set(isWanted ? { ...rest, oauth: {} } : rest);
  };
  const send = async (body: Value): Promise<void> => {
    const server = await client.tools.connectServer(body as unknown as ConnectMcpServer);
    go(href("tools", ["servers", server.name]));
  };
  return (
    <FormDialog
      title="Connect an MCP server"
      op="tools.connect_server"
      action="Connect"
      done="The gateway connects to it."
      schema={schema}
      hidden={["transport"]}
      value={value.value}
      onChange={(next) => (value.value = next)}
      onSend={send}
      onClose={onClose}
    >
      <fieldset>
        <legend>How it is reached</legend>
        {kinds.map(([name, title]) => (
          <label class="check" key={name}>
            <input type="radio" name="kind" checked={kind === name} onChange={() => set({ type: name })} />
            <span>{title}</span>
          </label>
        ))}
        <Form
          key={kind}
          schema={branch(definition)}
          value={transport}
          hidden={["type", secrets, "oauth"]}
          onChange={set}
        />
        {kind === "http" && (
          <label class="check">
            <input type="checkbox" checked={hasToken} onChange={(event) => setToken(event.currentTarget.checked)} />
            <span>It wants a token, which the gateway gets by OAuth with a client's own credentials</span>
          </label>
        )}
        {hasToken && (
          <Form
            schema={branch("ConnectMcpOAuth")}
            value={transport["oauth"] as Value}
            onChange={(oauth) => set({ ...transport, oauth })}
          />
        )}
        <PairsField
          key={secrets}
          title={kind === "http" ? "Headers" : "Variables"}
          one={kind === "http" ? "header" : "variable"}
          hint="Values are sealed at rest and never shown."
          value={(transport[secrets] ?? {}) as Pairs}
          onChange={(pairs) => set({ ...transport, [secrets]: pairs })}
        />
      </fieldset>
    </FormDialog>
  );
}
