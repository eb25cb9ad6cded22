// One agent: its definition, versions, use, and what can be done with it.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Agent } from "astra-client";
import { client } from "../../frame/client.ts";
import { say } from "../../frame/notices.tsx";
import { go, href, nothingUnsaved } from "../../frame/router.tsx";
import { Action } from "../../parts/action.tsx";
import { Confirm, Dialog } from "../../parts/dialog.tsx";
import { Shown } from "../../parts/empty.tsx";
import { Tabs, useTab } from "../../parts/menu.tsx";
import { useResource } from "../../parts/resource.ts";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";
import { Definition } from "./save.tsx";
import { Usage } from "./usage.tsx";
import { Versions } from "./versions.tsx";

const tabs = [
  ["definition", "Definition"],
  ["versions", "Versions"],
  ["usage", "Quotas"],
] as const;

/** An agent with the ETag that a change of it has to name. */
export interface Tagged {
  readonly agent: Agent;
  readonly etag: string | undefined;
}

/** Reads an agent with its ETag. */
export async function readTagged(id: string, options: { signal?: AbortSignal | undefined } = {}): Promise<Tagged> {
  const { data, response } = await client.agents.get(id, options).withResponse();
  return { agent: data, etag: response.headers.get("etag") ?? undefined };
}

export function One({ id }: { id: string }): VNode {
  // Without `live`: what one is editing must not change under the hands. A save that comes too late says so.
  const agent = useResource("agents.get", { id }, ({ signal }) => readTagged(id, { signal }));
  const tab = useTab(tabs);
  return (
    <>
      <p>
        <a href={href("agents")}>All agents</a>
      </p>
      <Shown of={agent}>
        {(data) => (
          <>
            <Head agent={data.agent} />
            <Tabs label="Parts of the agent" tabs={tabs} />
            {tab === "definition" && <Definition key={data.agent.version} of={data} onSaved={agent.put} />}
            {tab === "versions" && <Versions agent={data.agent} onChanged={agent.reload} />}
            {tab === "usage" && <Usage id={id} />}
          </>
        )}
      </Shown>
    </>
  );
}

type Asked = "clone" | "delete" | undefined;

function Head({ agent }: { agent: Agent }): VNode {
  const asked = useSignal<Asked>(undefined);
  const { id, display_name, version } = agent;
  const close = (): void => void (asked.value = undefined);
  return (
    <>
      <div class="heading">
        <h1>{display_name ? <Text>{display_name}</Text> : id}</h1>
        <code>{id}</code>
        <span class="tag">version {version}</span>
        <span class="fill" />
        <a class="button primary" href={href("chat", [], { agent: id })}>
          Chat
        </a>
      </div>
      <p class="faint">
        Changed <Time of={agent.updated_at} />, created <Time of={agent.created_at} /> by <Text>{agent.created_by}</Text>
        {agent.borrowed != null && (
          <>
            ; borrowed from <code>{agent.borrowed.lender_id}</code> until <Time of={agent.borrowed.expires_at} isExact />
          </>
        )}
      </p>
      <div class="buttons">
        <Action op="agents.clone" onPress={() => (asked.value = "clone")}>
          Clone
        </Action>
        <Action op="agents.export" onPress={() => download(id)}>
          Export
        </Action>
        <Action op="agents.delete" kind="danger" onPress={() => (asked.value = "delete")}>
          Delete
        </Action>
      </div>
      {asked.value === "clone" && <Clone id={id} onClose={close} />}
      {asked.value === "delete" && (
        <Confirm
          title="Delete this agent?"
          action="Delete the agent"
          typed={id}
          done="The agent was deleted."
          onClose={close}
          onConfirm={async () => {
            await client.agents.delete(id);
            nothingUnsaved();
            go(href("agents"), true);
          }}
        >
          <p>Its versions go too. Its sessions stay readable.</p>
        </Confirm>
      )}
    </>
  );
}

/** The agent as a file. */
async function download(id: string): Promise<void> {
  const file = await client.agents.export(id);
  const url = URL.createObjectURL(new Blob([`${JSON.stringify(file, null, 2)}\n`], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${id}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function Clone({ id, onClose }: { id: string; onClose: () => void }): VNode {
  const name = useSignal(`${id}-copy`);
  const clone = async (): Promise<void> => {
    const made = await client.agents.clone(id, { id: name.peek() });
    onClose();
    say(`${made.id} was created.`);
    go(href("agents", [made.id]));
  };
  return (
    <Dialog title={`Clone ${id}`} onClose={onClose}>
      <label class="field">
        <span>Id of the copy</span>
        <input value={name.value} autocomplete="off" onInput={(event) => (name.value = event.currentTarget.value.trim())} />
      </label>
      <div class="buttons">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <Action op="agents.clone" kind="primary" onPress={clone}>
          Clone
        </Action>
      </div>
    </Dialog>
  );
}
