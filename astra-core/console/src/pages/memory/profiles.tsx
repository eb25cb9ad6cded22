// Memory profiles: what agents that have one remember and recall.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { CreateMemoryProfile, MemoryProfile } from "astra-client";
import createSchema from "../../../client/schemas/CreateMemoryProfile.json";
import { ApiError, client } from "../../frame/client.ts";
import { Problem, say } from "../../frame/notices.tsx";
import { go, href } from "../../frame/router.tsx";
import { Action } from "../../parts/action.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { NothingYet, Shown } from "../../parts/empty.tsx";
import { Form } from "../../parts/form.tsx";
import { useResource } from "../../parts/resource.ts";
import { type Fault, faultsOf, type Schema } from "../../parts/schema.ts";
import { Table, useCursor } from "../../parts/table.tsx";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";

const tiers = ["session", "daily", "profile", "graph", "procedural"] as const;

export function Profiles(): VNode {
  const cursor = useCursor();
  const isNew = useSignal(false);
  const profiles = useResource("memory-profiles.list", { cursor }, (options) =>
    client.memoryProfiles.list({ cursor, limit: 50, ...options }),
  );
  return (
    <>
      <p class="hint">
        A memory profile says which tiers an agent writes to and searches, how many memories a turn gets, and when they expire.
        Agents without one have the built-in profile: all tiers, 20 memories a turn, no expiry.
      </p>
      <Action op="memory-profiles.create" onPress={() => (isNew.value = true)}>
        New profile
      </Action>
      {isNew.value && <New onClose={() => (isNew.value = false)} />}
      <Shown of={profiles}>
        {({ items, nextCursor }) =>
          items.length > 0 ? (
            <Rows profiles={items} next={nextCursor} />
          ) : (
            <NothingYet what="No profile was made yet: all agents have the built-in one." />
          )
        }
      </Shown>
    </>
  );
}

function Rows({ profiles, next }: { profiles: readonly MemoryProfile[]; next: string | undefined }): VNode {
  return (
    <Table
      title="Memory profiles"
      rows={profiles}
      id={({ id }) => id}
      link={({ id }) => href("memory", ["profiles", id])}
      next={next}
      columns={[
        { title: "Profile", cell: ({ name }) => <Text>{name}</Text> },
        { title: "Tiers", cell: ({ tiers_enabled: on }) => tiers.filter((tier) => on[tier] !== false).join(", ") || "none" },
        { title: "Memories a turn", cell: ({ max_context_chunks }) => max_context_chunks, isNumber: true },
        { title: "Expire after", cell: ({ ttl_days }) => (ttl_days == null ? "never" : `${ttl_days} days`), isWide: true },
        { title: "Version", cell: ({ version }) => version, isNumber: true, isWide: true },
        { title: "Changed", cell: ({ updated_at }) => <Time of={updated_at} /> },
      ]}
    />
  );
}

function New({ onClose }: { onClose: () => void }): VNode {
  const value = useSignal<Record<string, unknown>>(withDefaults({}));
  const faults = useSignal<readonly Fault[]>([]);
  const error = useSignal<unknown>(undefined);
  const schema = createSchema as unknown as Schema;
  const save = async (): Promise<void> => {
    faults.value = faultsOf(value.peek(), schema);
    if (faults.peek().length > 0) return;
    try {
      const made = await client.memoryProfiles.create(value.peek() as unknown as CreateMemoryProfile);
      say("The profile was made.");
      onClose();
      go(href("memory", ["profiles", made.id]));
    } catch (thrown) {
      error.value = thrown;
      if (thrown instanceof ApiError)
        faults.value = thrown.errors.map(({ pointer = "", detail = "" }) => ({ pointer, detail }));
    }
  };
  return (
    <Dialog title="A new memory profile" onClose={onClose} isWide>
      <Problem error={error.value} />
      <Form
        schema={schema}
        value={value.value}
        faults={faults.value}
        long={["system_prompt_suffix"]}
        onChange={(next) => (value.value = next)}
      />
      <div class="buttons">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <Action op="memory-profiles.create" kind="primary" onPress={save}>
          Make it
        </Action>
      </div>
    </Dialog>
  );
}

/** All tiers are on where nothing else is said: the boxes have to show it. */
export function withDefaults(value: Record<string, unknown>): Record<string, unknown> {
  const on = Object.fromEntries(tiers.map((tier) => [tier, true]));
  return { ...value, tiers_enabled: { ...on, ...(value["tiers_enabled"] as object | undefined) } };
}
