// What is known of the caller: one document, of what was set by hand and what is remembered.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { MemoryUserProfile } from "astra-client";
import { client } from "../../frame/client.ts";
import { href } from "../../frame/router.tsx";
import { Action } from "../../parts/action.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Shown } from "../../parts/empty.tsx";
import { useResource } from "../../parts/resource.ts";
import { Table } from "../../parts/table.tsx";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";

interface Tagged {
  readonly profile: MemoryUserProfile;
  readonly etag: string | undefined;
}

type Row = readonly [field: string, value: unknown];

export function Known(): VNode {
  const known = useResource("memory.get_profile", {}, async (options): Promise<Tagged> => {
    const { data, response } = await client.memory.getProfile(options).withResponse();
    return { profile: data, etag: response.headers.get("etag") ?? undefined };
  });
  const edited = useSignal<string | undefined>(undefined);
  const set = async (document: Record<string, unknown>): Promise<void> => {
    const { data, response } = await client.memory.updateProfile({ document }, { ifMatch: known.data?.etag }).withResponse();
    known.put({ profile: data, etag: response.headers.get("etag") ?? undefined });
  };
  return (
    <section aria-labelledby="known-title">
      <div class="heading">
        <h2 id="known-title">What is known of you</h2>
        <span class="fill" />
        <Action op="memory.update_profile" onPress={() => (edited.value = "")}>
          Set a field
        </Action>
      </div>
      <Shown of={known}>
        {({ profile }) => (
          <>
            <Fields profile={profile} onEdit={(field) => (edited.value = field)} onRemove={(field) => set({ [field]: null })} />
            {edited.value !== undefined && (
              <SetField
                field={edited.value}
                value={profile.document[edited.value]}
                onSet={set}
                onClose={() => (edited.value = undefined)}
              />
            )}
          </>
        )}
      </Shown>
    </section>
  );
}

const shown = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

interface FieldsProps {
  readonly profile: MemoryUserProfile;
  readonly onEdit: (field: string) => void;
  readonly onRemove: (field: string) => Promise<void>;
}

function Fields({ profile, onEdit, onRemove }: FieldsProps): VNode {
  const rows: Row[] = Object.entries(profile.document);
  const facts = new Map(profile.facts.map((fact) => [fact.field, fact]));
  if (rows.length === 0) return <p class="faint">Nothing is known of you yet.</p>;
  return (
    <Table
      title="Fields of the profile"
      hasKeys={false}
      rows={rows}
      id={([field]) => field}
      columns={[
        { title: "Field", cell: ([field]) => <Text>{field}</Text> },
        { title: "Value", cell: ([, value]) => <Text>{shown(value)}</Text> },
        {
          title: "Where from",
          cell: ([field]) => {
            const fact = facts.get(field);
            if (fact === undefined) return "set by hand";
            return (
              <>
                <a href={href("memory", [fact.memory_id])}>a memory</a>{" "}
                <span class="faint">
                  since <Time of={fact.valid_from} />
                </span>
              </>
            );
          },
        },
        {
          title: "Change",
          cell: ([field]) => (
            <>
              <Action op="memory.update_profile" kind="plain" label={`Change ${field}`} onPress={() => onEdit(field)}>
                Change
              </Action>
              <Action
                op="memory.update_profile"
                kind="plain"
                label={`Remove ${field}`}
                done="The field was removed, and stays away."
                onPress={() => onRemove(field)}
              >
                Remove
              </Action>
            </>
          ),
        },
      ]}
    />
  );
}

interface SetProps {
  readonly field: string;
  readonly value: unknown;
  readonly onSet: (document: Record<string, unknown>) => Promise<void>;
  readonly onClose: () => void;
}

/** JSON where it is some, else a text. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function SetField({ field, value, onSet, onClose }: SetProps): VNode {
  const name = useSignal(field);
  const text = useSignal(value === undefined ? "" : shown(value));
  const save = async (): Promise<void> => {
    await onSet({ [name.peek().trim()]: valueOf(text.peek()) });
    onClose();
  };
  return (
    <Dialog title={field === "" ? "Set a field" : `Change ${field}`} onClose={onClose}>
      <p class="hint">
        What is set by hand wins over what is remembered, now and later. Agents read it with each of your messages.
      </p>
      <label class="field">
        <span>Field</span>
        <input
          value={name.value}
          autocomplete="off"
          disabled={field !== ""}
          onInput={(event) => (name.value = event.currentTarget.value)}
        />
      </label>
      <label class="field">
        <span>Value: a text, or JSON</span>
        <textarea rows={3} value={text.value} onInput={(event) => (text.value = event.currentTarget.value)} />
      </label>
      <div class="buttons">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <Action
          op="memory.update_profile"
          kind="primary"
          done="The field was set."
          isOff={name.value.trim() === "" && "Name the field first."}
          onPress={save}
        >
          Set it
        </Action>
      </div>
    </Dialog>
  );
}
