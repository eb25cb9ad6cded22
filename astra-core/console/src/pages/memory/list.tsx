// The memories that hold, newest first, with filters; and those of another time.

import type { VNode } from "preact";
import type { Memory, MemoryCategory, MemoryListOwner, TierOfMemory } from "astra-client";
import { client } from "../../frame/client.ts";
import { href, place, setQuery } from "../../frame/router.tsx";
import { NothingMatches, NothingYet, Shown } from "../../parts/empty.tsx";
import { useResource } from "../../parts/resource.ts";
import { Filter, Filters, Table, useCursor } from "../../parts/table.tsx";
import { firstPart, Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";
import { Moment } from "../../parts/moment.tsx";

const names = ["owner", "category", "agent_id", "session_id", "as_of", "superseded"] as const;
const categories = ["decision", "outcome", "strategy", "note", "interaction"].map((it) => [it, it] as const);
const owners = [
  ["me", "mine"],
  ["workspace", "the workspace's"],
] as const;

const whats: Readonly<Record<TierOfMemory, string>> = {
  daily: "Daily notes are decisions, outcomes, strategies and other notes; they lose weight after seven days.",
  profile: "What is known of a user: one memory for each attribute.",
  graph: "Entities and their relations, with the memory that is the evidence of each.",
  procedural: "How something is done: what it is for, its steps, and how often it has worked.",
};

export function List({ tier }: { tier: TierOfMemory | undefined }): VNode {
  const { query } = place.value;
  const cursor = useCursor();
  const { agent_id, session_id, as_of } = query;
  const owner = query["owner"] as MemoryListOwner | undefined;
  const category = tier === "daily" ? (query["category"] as MemoryCategory | undefined) : undefined;
  const includeSuperseded = query["superseded"] === "true" || undefined;
  const memories = useResource(
    "memory.list",
    { tier, owner, category, agent_id, session_id, as_of, includeSuperseded, cursor },
    (options) =>
      client.memory.list({
        agentId: agent_id,
        sessionId: session_id,
        asOf: as_of,
        ...{ tier, owner, category, includeSuperseded, cursor, limit: 50, ...options },
      }),
    // What a turn leaves is remembered a moment after its end.
    { live: cursor === undefined ? ["agent.completed", "memory.propagated", "job.succeeded"] : undefined },
  );
  const set = Object.fromEntries(names.map((name) => [name, query[name]]));
  return (
    <>
      <Filters names={[...names]}>
        <Filter name="owner" title="Whose" choices={owners} />
        {tier === "daily" && <Filter name="category" title="Category" choices={categories} />}
        <Filter name="agent_id" title="Agent" />
        <Filter name="session_id" title="Session" />
        <Moment name="as_of" title="As it was at" />
        <label class="check">
          <input
            type="checkbox"
            checked={includeSuperseded === true}
            onChange={(event) => setQuery({ superseded: event.currentTarget.checked, cursor: null })}
          />
          <span>Also what does not hold any more</span>
        </label>
      </Filters>
      <Shown of={memories}>
        {({ items, nextCursor }) => {
          if (items.length > 0) return <Rows memories={items} next={nextCursor} />;
          if (Object.values(set).some(Boolean)) return <NothingMatches filters={set} />;
          const what =
            tier === undefined ? "Agents remember what their users tell them, and recall it in later turns." : whats[tier];
          return (
            <NothingYet
              what={`${what} Nothing is remembered yet. Other users' memories are not shown, to admins neither.`}
              command="astra chat"
            />
          );
        }}
      </Shown>
    </>
  );
}

/** Whether a memory holds at the time that the browser's clock says; the gateway decides what is recalled. */
export function StateTag({ memory }: { memory: Memory }): VNode {
  if (memory.superseded_by !== null) return <span class="tag warn">superseded</span>;
  const isOver = memory.valid_to !== null && Date.parse(memory.valid_to) <= Date.now();
  return isOver ? <span class="tag warn">over</span> : <span class="tag good">holds</span>;
}

const SHOWN = 160;

function Rows({ memories, next }: { memories: readonly Memory[]; next: string | undefined }): VNode {
  const short = (text: string): string => (text.length > SHOWN ? `${firstPart(text, SHOWN)} …` : text);
  return (
    <Table
      title="Memories"
      rows={memories}
      id={({ id }) => id}
      link={({ id }) => href("memory", [id])}
      next={next}
      columns={[
        { title: "Memory", cell: ({ content }) => <Text>{short(content)}</Text> },
        { title: "Tier", cell: ({ tier, category }) => (category ? `${tier}, ${category}` : tier) },
        { title: "State", cell: (memory) => <StateTag memory={memory} /> },
        { title: "Whose", cell: ({ user_id }) => (user_id === null ? "workspace" : "mine"), isWide: true },
        { title: "About", cell: ({ slot }) => (slot === null ? "–" : <Text>{slot}</Text>), isWide: true },
        { title: "From", cell: ({ source, rule }) => (rule === null ? source : `${source}, ${rule}`), isWide: true },
        { title: "Weight", cell: ({ weight }) => weight.toFixed(2), isNumber: true, isWide: true },
        { title: "Said", cell: ({ evidence }) => `${evidence}×`, isNumber: true, isWide: true },
        { title: "Changed", cell: ({ updated_at }) => <Time of={updated_at} /> },
      ]}
    />
  );
}
