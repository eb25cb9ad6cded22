// Sessions: the list with its filters, and one session with its transcript.

import type { VNode } from "preact";
import type { Session } from "astra-client";
import { client } from "../../frame/client.ts";
import { href, place } from "../../frame/router.tsx";
import { NothingMatches, NothingYet, Shown } from "../../parts/empty.tsx";
import { count } from "../../parts/number.ts";
import { useResource } from "../../parts/resource.ts";
import { Filter, Filters, Table, useCursor } from "../../parts/table.tsx";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";
import { One } from "./one.tsx";

export default function Sessions(): VNode {
  const [id] = place.value.parts;
  return id === undefined ? <List /> : <One key={id} id={id} />;
}

const statuses = [
  ["active", "active"],
  ["archived", "archived"],
] as const;

function List(): VNode {
  const { agent_id, user_id, surface, status } = place.value.query;
  const cursor = useCursor();
  const filters = { agent_id, user_id, surface, status };
  const sessions = useResource(
    "sessions.list",
    { ...filters, cursor },
    (options) =>
      client.sessions.list({ agentId: agent_id, userId: user_id, surface, status, cursor, limit: 50, ...options }),
    // Rows would move away under the eyes of whoever reads an older page.
    { live: cursor === undefined ? ["session.*", "turn.started", "agent.completed", "agent.failed"] : undefined },
  );
  return (
    <>
      <div class="heading">
        <h1>Sessions</h1>
        <span class="fill" />
        <a class="button primary" href={href("chat")}>
          New conversation
        </a>
      </div>
      <Filters names={["agent_id", "user_id", "surface", "status"]}>
        <Filter name="agent_id" title="Agent" />
        <Filter name="user_id" title="User" />
        <Filter name="surface" title="Surface" />
        <Filter name="status" title="Status" choices={statuses} />
      </Filters>
      <Shown of={sessions}>
        {({ items, nextCursor }) => {
          if (items.length > 0) return <Rows sessions={items} next={nextCursor} />;
          if (Object.values(filters).some((value) => value)) return <NothingMatches filters={filters} />;
          return (
            <NothingYet what="A session is a conversation with an agent: its messages, and what was said before." command="astra chat">
              <a class="button" href={href("chat")}>
                Begin one here
              </a>
            </NothingYet>
          );
        }}
      </Shown>
    </>
  );
}

function Rows({ sessions, next }: { sessions: readonly Session[]; next: string | undefined }): VNode {
  return (
    <Table
      title="Sessions"
      rows={sessions}
      id={({ id }) => id}
      link={({ id }) => href("sessions", [id])}
      next={next}
      columns={[
        { title: "Session", cell: ({ title, id }) => (title ? <Text>{title}</Text> : id) },
        { title: "Agent", cell: ({ agent_id }) => agent_id },
        { title: "Version", cell: ({ pinned_version }) => pinned_version ?? "latest", isNumber: true, isWide: true },
        { title: "User", cell: ({ user_id }) => user_id, isWide: true },
        { title: "Surface", cell: ({ surface }) => <Text>{surface}</Text>, isWide: true },
        { title: "Messages", cell: ({ message_count }) => count(message_count), isNumber: true },
        { title: "Tokens", cell: (it) => count(it.input_tokens + it.output_tokens), isNumber: true, isWide: true },
        { title: "Status", cell: ({ status }) => <span class={status === "active" ? "tag good" : "tag"}>{status}</span> },
        { title: "Last active", cell: ({ last_active_at }) => <Time of={last_active_at} /> },
      ]}
    />
  );
}
