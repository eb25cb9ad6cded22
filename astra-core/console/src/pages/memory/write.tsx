// Writing a memory, and changing one.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Memory, TierOfMemory, UpdateMemory, WriteMemory } from "astra-client";
import updateSchema from "../../../client/schemas/UpdateMemory.json";
import writeSchema from "../../../client/schemas/WriteMemory.json";
import { ApiError, client, PreconditionFailedError } from "../../frame/client.ts";
import { Problem, say } from "../../frame/notices.tsx";
import { go, href } from "../../frame/router.tsx";
import { Action } from "../../parts/action.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Diff } from "../../parts/diff.tsx";
import { Form } from "../../parts/form.tsx";
import { type Fault, faultsOf, type Schema } from "../../parts/schema.ts";
import { textOfMemory } from "./textof.ts";

type Value = Record<string, unknown>;

interface DialogProps {
  readonly title: string;
  readonly op: "memory.write" | "memory.update";
  readonly schema: Schema;
  readonly value: Value;
  readonly onSend: (value: Value) => Promise<void>;
  readonly onClose: () => void;
}

/** Fields of a schema; what is refused stays there, with the reason. */
function Fields({ title, op, schema, value, onSend, onClose }: DialogProps): VNode {
  const draft = useSignal(value);
  const error = useSignal<unknown>(undefined);
  const faults = useSignal<readonly Fault[]>([]);
  const save = async (): Promise<void> => {
    faults.value = faultsOf(draft.peek(), schema);
    if (faults.peek().length > 0) return;
    try {
      await onSend(draft.peek());
      onClose();
    } catch (thrown) {
      error.value = thrown;
      if (thrown instanceof ApiError)
        faults.value = thrown.errors.map(({ pointer = "", detail = "" }) => ({ pointer, detail }));
    }
  };
  return (
    <Dialog title={title} onClose={onClose} isWide>
      <Problem error={error.value} />
      <Form
        schema={schema}
        value={draft.value}
        faults={faults.value}
        long={["content"]}
        onChange={(next) => (draft.value = next)}
      />
      <div class="buttons">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <Action op={op} kind="primary" onPress={save}>
          Save
        </Action>
      </div>
    </Dialog>
  );
}

export function Write({ tier, onClose }: { tier: string | undefined; onClose: () => void }): VNode {
  const known: TierOfMemory = tier === "profile" || tier === "graph" || tier === "procedural" ? tier : "daily";
  const send = async (value: Value): Promise<void> => {
    const made = await client.memory.write(value as unknown as WriteMemory);
    say("It is remembered.");
    go(href("memory", [made.id]));
  };
  return (
    <Fields
      title="Write a memory"
      op="memory.write"
      schema={writeSchema as unknown as Schema}
      value={{ tier: known, scope: "user" }}
      onSend={send}
      onClose={onClose}
    />
  );
}

const editable = ["content", "category", "data", "valid_to", "expires_at"] as const;

/** A patch from one object to another: null for what is left out now. */
export function patchOf(before: Value, after: Value): Value {
  const patch: Value = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (JSON.stringify(before[name]) !== JSON.stringify(after[name])) patch[name] = after[name] ?? null;
  }
  return patch;
}

interface EditProps {
  readonly memory: Memory;
  readonly etag: string | undefined;
  readonly onSaved: () => void;
  readonly onClose: () => void;
}

/** The fields of a memory that can be changed, without those that are empty. */
function fieldsOf(memory: Memory): Value {
  return Object.fromEntries(editable.map((name) => [name, memory[name]]).filter(([, value]) => value != null));
}

export function Edit({ memory, etag, onSaved, onClose }: EditProps): VNode {
  const mine = useSignal<UpdateMemory | undefined>(undefined);
  const theirs = useSignal<Memory | undefined>(undefined);
  const save = async (patch: UpdateMemory, ifMatch: string | undefined): Promise<void> => {
    await client.memory.update(memory.id, patch, { ifMatch });
    say("The memory was changed.");
    onSaved();
  };
  const send = async (value: Value): Promise<void> => {
    const before = fieldsOf(memory);
    const patch = patchOf(before, value) as UpdateMemory;
    if (patch.data != null) patch.data = patchOf(memory.data, patch.data);
    try {
      await save(patch, etag);
    } catch (thrown) {
      if (!(thrown instanceof PreconditionFailedError)) throw thrown;
      theirs.value = await client.memory.get(memory.id);
      mine.value = patch;
      throw thrown;
    }
  };
  if (theirs.value !== undefined && mine.value !== undefined) {
    const patch = mine.value;
    const now = theirs.value;
    const after = textOfMemory({ ...now, ...patch, data: merged(now.data, patch.data) } as Memory);
    return (
      <Dialog title="It was changed meanwhile" onClose={onClose} isWide>
        <h3>What it said when you began, and what it says now</h3>
        <Diff before={textOfMemory(memory)} after={textOfMemory(now)} label="Changes of others" />
        <h3>What your changes make of it</h3>
        <Diff before={textOfMemory(now)} after={after} label="Your changes" />
        <div class="buttons">
          <button type="button" onClick={onClose}>
            Leave it as it is now
          </button>
          <Action op="memory.update" kind="primary" onPress={() => save(patch, undefined).then(onClose)}>
            Save mine all the same
          </Action>
        </div>
      </Dialog>
    );
  }
  return (
    <Fields
      title="Change the memory"
      op="memory.update"
      schema={updateSchema as unknown as Schema}
      value={fieldsOf(memory)}
      onSend={send}
      onClose={() => {
        if (theirs.peek() === undefined) onClose();
      }}
    />
  );
}

/** An object after a merge patch, one level deep, as it is shown before the gateway makes it. */
function merged(before: Value, patch: Value | null | undefined): Value {
  if (patch == null) return patch === null ? {} : before;
  return Object.fromEntries(Object.entries({ ...before, ...patch }).filter(([, value]) => value !== null));
}
