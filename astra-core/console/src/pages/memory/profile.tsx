// One memory profile: its rules, and the agents that have it.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { MemoryProfile, ReplaceMemoryProfile } from "astra-client";
import replaceSchema from "../../../client/schemas/ReplaceMemoryProfile.json";
import { ApiError, client, PreconditionFailedError } from "../../frame/client.ts";
import { useKeys } from "../../frame/keyboard.ts";
import { attempt, Problem, say } from "../../frame/notices.tsx";
import { may } from "../../frame/permissions.ts";
import { go, href, useUnsaved } from "../../frame/router.tsx";
import { Action } from "../../parts/action.tsx";
import { Id } from "../../parts/copy.tsx";
import { Diff } from "../../parts/diff.tsx";
import { Confirm, Dialog } from "../../parts/dialog.tsx";
import { Shown } from "../../parts/empty.tsx";
import { Form } from "../../parts/form.tsx";
import { useResource } from "../../parts/resource.ts";
import { type Fault, faultsOf, type Schema } from "../../parts/schema.ts";
import { Table, useCursor } from "../../parts/table.tsx";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";

const schema = replaceSchema as unknown as Schema;
const given = ["id", "version", "created_at", "updated_at", "created_by"];

interface Tagged {
  readonly profile: MemoryProfile;
  readonly etag: string | undefined;
}

const read = async (id: string, options: object = {}): Promise<Tagged> => {
  const { data, response } = await client.memoryProfiles.get(id, options).withResponse();
  return { profile: data, etag: response.headers.get("etag") ?? undefined };
};

/** What of a profile can be changed. */
function rulesOf(profile: MemoryProfile): Record<string, unknown> {
  return Object.fromEntries(Object.entries(profile).filter(([name, value]) => !given.includes(name) && value !== null));
}

export function Profile({ id }: { id: string }): VNode {
  const profile = useResource("memory-profiles.get", { id }, (options) => read(id, options));
  return (
    <>
      <p>
        <a href={href("memory", [], { tab: "rules" })}>All memory profiles</a>
      </p>
      <Shown of={profile}>
        {(data) => (
          <>
            <Head profile={data.profile} />
            <Rules key={`${data.profile.version}`} of={data} onSaved={profile.put} />
            <Agents id={id} />
          </>
        )}
      </Shown>
    </>
  );
}

function Head({ profile }: { profile: MemoryProfile }): VNode {
  const isAsked = useSignal(false);
  return (
    <>
      <div class="heading">
        <h1>
          <Text>{profile.name}</Text>
        </h1>
        <span class="tag">version {profile.version}</span>
        <span class="fill" />
        <a class="button" href={href("memory", [], { tab: "evaluate" })}>
          Evaluate
        </a>
        <Action op="memory-profiles.delete" kind="danger" onPress={() => (isAsked.value = true)}>
          Delete
        </Action>
      </div>
      <p class="small">
        <Id id={profile.id} /> made by <code>{profile.created_by}</code> <Time of={profile.created_at} />, changed{" "}
        <Time of={profile.updated_at} />
      </p>
      {isAsked.value && (
        <Confirm
          title="Delete this memory profile?"
          action="Delete the profile"
          done="The profile was deleted."
          onClose={() => (isAsked.value = false)}
          onConfirm={async () => {
            await client.memoryProfiles.delete(profile.id);
            go(href("memory", [], { tab: "rules" }), true);
          }}
        >
          <p>Versions of agents that named it stay as they are, but cannot be rolled back to.</p>
        </Confirm>
      )}
    </>
  );
}

const textOf = (value: unknown): string => JSON.stringify(value, null, 2);

function Rules({ of, onSaved }: { of: Tagged; onSaved: (saved: Tagged) => void }): VNode {
  const before = rulesOf(of.profile);
  const draft = useSignal(before);
  const error = useSignal<unknown>(undefined);
  const faults = useSignal<readonly Fault[]>([]);
  const isAsked = useSignal(false);
  const theirs = useSignal<Tagged | undefined>(undefined);
  const isChanged = textOf(draft.value) !== textOf(before);
  useUnsaved(isChanged ? "The changes are not saved. Leave them?" : undefined);
  const ask = (): void => {
    faults.value = faultsOf(draft.peek(), schema);
    if (isChanged && faults.peek().length === 0) isAsked.value = true;
  };
  const save = async (ifMatch: string | undefined): Promise<void> => {
    error.value = undefined;
    try {
      const body = draft.peek() as unknown as ReplaceMemoryProfile;
      const { data, response } = await client.memoryProfiles.replace(of.profile.id, body, { ifMatch }).withResponse();
      say(`Version ${data.version} was saved. Agents follow it from their next turn on.`);
      onSaved({ profile: data, etag: response.headers.get("etag") ?? undefined });
    } catch (thrown) {
      isAsked.value = false;
      if (thrown instanceof PreconditionFailedError) theirs.value = await read(of.profile.id);
      else error.value = thrown;
      if (thrown instanceof ApiError)
        faults.value = thrown.errors.map(({ pointer = "", detail = "" }) => ({ pointer, detail }));
    }
  };
  useKeys([{ key: "mod+s", title: "Save the profile", run: ask, isAction: true }]);
  const other = theirs.value;
  return (
    <section aria-labelledby="rules-title">
      <h2 id="rules-title">Rules</h2>
      <Problem error={error.value} />
      <Form
        schema={schema}
        value={draft.value}
        hidden={given}
        faults={faults.value}
        long={["system_prompt_suffix"]}
        isOff={!may("memory-profiles.replace").isAllowed}
        onChange={(next) => (draft.value = next)}
      />
      <Action op="memory-profiles.replace" kind="primary" isOff={!isChanged && "Nothing was changed."} onPress={ask}>
        Review and save
      </Action>
      {isAsked.value && (
        <Dialog title="What will be saved" onClose={() => (isAsked.value = false)} isWide>
          <Diff before={textOf(before)} after={textOf(draft.value)} label="Changes" />
          <div class="buttons">
            <button type="button" onClick={() => (isAsked.value = false)}>
              Go on changing
            </button>
            <Action op="memory-profiles.replace" kind="primary" onPress={() => save(of.etag)}>
              Save
            </Action>
          </div>
        </Dialog>
      )}
      {other !== undefined && (
        <Dialog title="It was changed meanwhile" onClose={() => (theirs.value = undefined)} isWide>
          <h3>What others have changed</h3>
          <Diff before={textOf(before)} after={textOf(rulesOf(other.profile))} label="Changes of others" />
          <h3>What yours would make of it</h3>
          <Diff before={textOf(rulesOf(other.profile))} after={textOf(draft.value)} label="Your changes" />
          <div class="buttons">
            <button type="button" onClick={() => onSaved(other)}>
              Take theirs
            </button>
            <Action op="memory-profiles.replace" kind="primary" onPress={() => save(other.etag)}>
              Save mine
            </Action>
          </div>
        </Dialog>
      )}
    </section>
  );
}

function Agents({ id }: { id: string }): VNode {
  const cursor = useCursor();
  const agents = useResource("memory-profiles.list_agents", { id, cursor }, (options) =>
    client.memoryProfiles.listAgents(id, { cursor, limit: 50, ...options }),
  );
  const given = useSignal("");
  const assign = async (): Promise<void> => {
    await client.memoryProfiles.assign(id, given.peek().trim());
    given.value = "";
    agents.reload();
  };
  return (
    <section aria-labelledby="agents-title">
      <h2 id="agents-title">Agents that have it</h2>
      <div class="filters">
        <label class="filter">
          <span>Agent</span>
          <input
            value={given.value}
            placeholder="support"
            autocomplete="off"
            onInput={(event) => (given.value = event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && given.peek().trim() !== "")
                void attempt(assign, "The agent has the profile, in a new version.");
            }}
          />
        </label>
        <Action
          op="memory-profiles.assign"
          done="The agent has the profile, in a new version."
          isOff={given.value.trim() === "" && "Name the agent first."}
          onPress={assign}
        >
          Give it to this agent
        </Action>
      </div>
      <Shown of={agents}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <p class="faint">No agent has it.</p>
          ) : (
            <Table
              title="Agents"
              rows={items}
              id={({ agent_id }) => agent_id}
              link={({ agent_id }) => href("agents", [agent_id])}
              next={nextCursor}
              columns={[
                {
                  title: "Agent",
                  cell: ({ agent_id, display_name }) =>
                    display_name ? <Text>{`${display_name} (${agent_id})`}</Text> : agent_id,
                },
                { title: "Version", cell: ({ version }) => version, isNumber: true },
                { title: "Since", cell: ({ updated_at }) => <Time of={updated_at} /> },
                {
                  title: "Change",
                  cell: ({ agent_id }) => (
                    <Action
                      op="memory-profiles.unassign"
                      kind="plain"
                      label={`Take away from ${agent_id}`}
                      done="The agent has the built-in profile, in a new version."
                      onPress={() => client.memoryProfiles.unassign(id, agent_id).then(agents.reload)}
                    >
                      Take away
                    </Action>
                  ),
                },
              ]}
            />
          )
        }
      </Shown>
    </section>
  );
}
