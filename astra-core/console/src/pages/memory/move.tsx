// Sharing a user's memories with the workspace, and memory as lines of JSON, in and out.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { ImportMemory, PropagatedMemories, PropagateMemory, StartedMemoryJob } from "astra-client";
import importSchema from "../../../client/schemas/ImportMemory.json";
import propagateSchema from "../../../client/schemas/PropagateMemory.json";
import { client } from "../../frame/client.ts";
import { href } from "../../frame/router.tsx";
import { Action } from "../../parts/action.tsx";
import { Form } from "../../parts/form.tsx";
import { faultsOf, type Schema } from "../../parts/schema.ts";
import { Table } from "../../parts/table.tsx";

type Value = Record<string, unknown>;

export function Move(): VNode {
  return (
    <>
      <Propagate />
      <Export />
      <Import />
    </>
  );
}

function Propagate(): VNode {
  const value = useSignal<Value>({});
  const result = useSignal<PropagatedMemories | undefined>(undefined);
  const schema = propagateSchema as unknown as Schema;
  const faults = faultsOf(value.value, schema);
  const send = async (): Promise<void> => {
    result.value = await client.memory.propagate(value.peek() as PropagateMemory);
  };
  return (
    <section aria-labelledby="propagate-title">
      <h2 id="propagate-title">Share with the workspace</h2>
      <p class="hint">
        Copies memories of a user to the workspace's memory, which all members see. The user's own stay, and the user's words
        are not copied.
      </p>
      <details>
        <summary>Which memories</summary>
        <Form schema={schema} value={value.value} faults={faults} onChange={(next) => (value.value = next)} />
      </details>
      <Action op="memory.propagate" isOff={faults.length > 0 && "Something in the fields is not right."} onPress={send}>
        Share
      </Action>
      {result.value !== undefined && (
        <>
          <p role="status">
            New in the workspace: {result.value.copied} of {result.value.memories.length} that were looked at.
          </p>
          <Table
            title="What became of each memory"
            hasKeys={false}
            rows={result.value.memories}
            id={({ memory_id }) => memory_id}
            link={({ memory_id }) => href("memory", [memory_id])}
            columns={[
              { title: "Memory", cell: ({ memory_id }) => memory_id },
              { title: "Outcome", cell: ({ outcome }) => outcome.replaceAll("_", " ") },
              { title: "Relevance", cell: ({ relevance }) => relevance.toFixed(2), isNumber: true },
              {
                title: "In the workspace",
                cell: ({ workspace_memory_id: id }) => (id == null ? "–" : <a href={href("memory", [id])}>{id}</a>),
              },
            ]}
          />
        </>
      )}
    </section>
  );
}

function Export(): VNode {
  const user = useSignal("");
  const after = useSignal("");
  const job = useSignal<StartedMemoryJob | undefined>(undefined);
  const send = async (): Promise<void> => {
    job.value = await client.memory.export({ user_id: user.peek().trim() || null, after: after.peek().trim() || null });
  };
  return (
    <section aria-labelledby="export-title">
      <h2 id="export-title">Export</h2>
      <p class="hint">
        A job writes memories that hold as lines of JSON, some 400 KB at once; <code>next</code> of its result says where the
        next job goes on.
      </p>
      <div class="filters">
        <label class="filter">
          <span>User; empty for the workspace's</span>
          <input
            class="mono"
            value={user.value}
            autocomplete="off"
            onInput={(event) => (user.value = event.currentTarget.value)}
          />
        </label>
        <label class="filter">
          <span>Behind this memory</span>
          <input
            class="mono"
            value={after.value}
            autocomplete="off"
            onInput={(event) => (after.value = event.currentTarget.value)}
          />
        </label>
        <Action op="memory.export" onPress={send}>
          Export
        </Action>
      </div>
      <Started job={job.value} />
    </section>
  );
}

function Started({ job }: { job: StartedMemoryJob | undefined }): VNode | null {
  if (job === undefined) return null;
  return (
    <p role="status">
      It began: <a href={href("jobs", [job.job_id])}>the job {job.job_id}</a> has the result.
    </p>
  );
}

function Import(): VNode {
  const value = useSignal<Value>({ ids: "new" });
  const job = useSignal<StartedMemoryJob | undefined>(undefined);
  const schema = importSchema as unknown as Schema;
  const isReady = faultsOf(value.value, schema).length === 0;
  const send = async (): Promise<void> => {
    job.value = await client.memory.import(value.peek() as unknown as ImportMemory);
  };
  const read = async (file: File | undefined): Promise<void> => {
    if (file !== undefined) value.value = { ...value.peek(), text: await file.text() };
  };
  return (
    <section aria-labelledby="import-title">
      <h2 id="import-title">Import</h2>
      <p class="hint">
        A job keeps all memories of the text, or none: an export of Astra, an agent file of Letta, or an export of mem0.
      </p>
      <label class="field">
        <span>From a file</span>
        <input type="file" onChange={(event) => void read(event.currentTarget.files?.[0])} />
      </label>
      <Form schema={schema} value={value.value} long={["text"]} onChange={(next) => (value.value = next)} />
      <Action op="memory.import" isOff={!isReady && "There is no text yet, or it is too long."} onPress={send}>
        Import
      </Action>
      <Started job={job.value} />
    </section>
  );
}
