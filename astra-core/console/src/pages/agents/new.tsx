// A new agent: its id, and a definition of which everything may be left out.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { AgentDefinition } from "astra-client";
import create from "../../../client/schemas/CreateAgent.json";
import { ApiError, client } from "../../frame/client.ts";
import { Problem, say } from "../../frame/notices.tsx";
import { go, href, nothingUnsaved, useUnsaved } from "../../frame/router.tsx";
import { Action } from "../../parts/action.tsx";
import { type Fault, faultsOf, type Schema } from "../../parts/schema.ts";
import { Editor } from "./editor.tsx";

export function New(): VNode {
  const id = useSignal("");
  const definition = useSignal<AgentDefinition>({});
  const error = useSignal<unknown>(undefined);
  const shown = useSignal<readonly Fault[]>([]);
  useUnsaved(Object.keys(definition.value).length > 0 ? "The agent is not saved yet. Leave it?" : undefined);
  const save = async (): Promise<void> => {
    const body = { ...definition.peek(), id: id.peek() };
    shown.value = faultsOf(body, create as unknown as Schema);
    if (shown.peek().length > 0) return;
    try {
      const made = await client.agents.create(body);
      nothingUnsaved();
      say(`${made.id} was created.`);
      go(href("agents", [made.id]));
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown;
      error.value = thrown;
      shown.value = thrown.errors.map(({ pointer = "", detail = "" }) => ({ pointer, detail }));
    }
  };
  const idFault = shown.value.find(({ pointer }) => pointer === "/id");
  return (
    <>
      <p>
        <a href={href("agents")}>All agents</a>
      </p>
      <h1>New agent</h1>
      <Problem error={error.value} />
      <label class="field">
        <span>Id (required)</span>
        <input
          value={id.value}
          placeholder="support"
          autocomplete="off"
          aria-invalid={idFault !== undefined}
          onInput={(event) => (id.value = event.currentTarget.value.trim())}
        />
        <span class="hint">Small letters, digits, - and _. It cannot be changed later.</span>
        {idFault && <span class="fault">The id {idFault.detail}</span>}
      </label>
      <Editor definition={definition.value} faults={shown.value} onChange={(next) => (definition.value = next)} />
      <div class="buttons">
        <Action op="agents.create" kind="primary" onPress={save}>
          Create
        </Action>
      </div>
    </>
  );
}
