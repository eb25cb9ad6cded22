// Agents: the list, one agent, and a new one.

import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { Agent, AgentExport, ReloadReport, TurnGroup } from "astra-client";
import { client } from "../../frame/client.ts";
import { attempt, say } from "../../frame/notices.tsx";
import { may } from "../../frame/permissions.ts";
import { go, href, place } from "../../frame/router.tsx";
import { Action } from "../../parts/action.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { NothingYet, Shown } from "../../parts/empty.tsx";
import { count, percent } from "../../parts/number.ts";
import { useResource } from "../../parts/resource.ts";
import { Table, useCursor } from "../../parts/table.tsx";
import { Text } from "../../parts/text.tsx";
import { duration, Time } from "../../parts/time.tsx";
import { New } from "./new.tsx";
import { One } from "./one.tsx";

export default function Agents(): VNode {
  const [id] = place.value.parts;
  if (id === undefined) return <List />;
  return id === "new" ? <New /> : <One key={id} id={id} />;
}

function List(): VNode {
  const cursor = useCursor();
  const agents = useResource("agents.list", { cursor }, (options) => client.agents.list({ cursor, limit: 50, ...options }), {
    live: ["agent.updated"],
  });
  // How the last 30 days went, of all agents in one request.
  const turns = useResource("traces.summary", { groupBy: "agent" }, (options) =>
    client.traces.summary({ groupBy: ["agent"], limit: 200, ...options }),
  );
  const groups = new Map(turns.data?.items.map((group) => [group.agent_id ?? "", group]));
  return (
    <>
      <div class="heading">
        <h1>Agents</h1>
        <span class="fill" />
        <Reload onDone={agents.reload} />
        <Import onDone={agents.reload} />
        <Action op="agents.create" kind="primary" onPress={() => go(href("agents", ["new"]))}>
          New agent
        </Action>
      </div>
      <Shown of={agents}>
        {({ items, nextCursor }) =>
          items.length > 0 ? (
            <Rows agents={items} groups={groups} next={nextCursor} />
          ) : (
            <NothingYet what="An agent is a model with instructions, tools and a memory. People and programs talk to it.">
              <Action op="agents.create" onPress={() => go(href("agents", ["new"]))}>
                Make the first one
              </Action>
            </NothingYet>
          )
        }
      </Shown>
    </>
  );
}

interface RowsProps {
  readonly agents: readonly Agent[];
  readonly groups: ReadonlyMap<string, TurnGroup>;
  readonly next: string | undefined;
}

function Rows({ agents, groups, next }: RowsProps): VNode {
  const of = (id: string): TurnGroup | undefined => groups.get(id);
  const time = (ms: number | null | undefined): string => (ms == null ? "–" : duration(ms));
  return (
    <Table
      title="Agents"
      rows={agents}
      id={({ id }) => id}
      link={({ id }) => href("agents", [id])}
      next={next}
      columns={[
        {
          title: "Agent",
          cell: ({ id, display_name }) => (display_name ? <Text>{`${display_name} (${id})`}</Text> : id),
        },
        { title: "Model", cell: ({ model }) => `${model.provider} ${model.model ?? ""}` },
        { title: "Version", cell: ({ version }) => version, isNumber: true },
        { title: "Turns, 30 days", cell: ({ id }) => count(of(id)?.turns ?? 0), isNumber: true, isWide: true },
        {
          title: "Errors",
          cell: ({ id }) => {
            const group = of(id);
            if (group === undefined || group.turns === 0) return "–";
            const link = href("traces", [], { agent_id: id, status: "failed" });
            return group.failed === 0 ? "0 %" : <a href={link}>{percent(group.error_rate)}</a>;
          },
          isNumber: true,
        },
        { title: "p95", cell: ({ id }) => time(of(id)?.p95_ms), isNumber: true, isWide: true },
        { title: "Changed", cell: ({ updated_at }) => <Time of={updated_at} /> },
        {
          title: "From",
          cell: ({ borrowed }) => (borrowed ? <span class="tag warn">borrowed</span> : ""),
          isWide: true,
        },
        {
          title: "Chat",
          cell: ({ id }) =>
            may("chat.stream").isAllowed ? (
              <a href={href("chat", [], { agent: id })} aria-label={`Chat with ${id}`}>
                Chat
              </a>
            ) : (
              ""
            ),
        },
      ]}
    />
  );
}

/** Takes a file that an export made, or one of Letta. */
function Import({ onDone }: { onDone: () => void }): VNode {
  const file = useRef<HTMLInputElement>(null);
  const take = async (chosen: File | undefined): Promise<void> => {
    if (chosen === undefined) return;
    await attempt(async () => {
      const made = await client.agents.import(JSON.parse(await chosen.text()) as AgentExport);
      say(`${made.id} was imported.`);
      onDone();
      go(href("agents", [made.id]));
    });
    if (file.current) file.current.value = "";
  };
  return (
    <>
      <Action op="agents.import" onPress={() => file.current?.click()}>
        Import
      </Action>
      <input
        ref={file}
        type="file"
        accept=".json,.af,application/json"
        hidden
        aria-label="The agent's file"
        onChange={(event) => void take(event.currentTarget.files?.[0])}
      />
    </>
  );
}

/** Reads the definitions on disk again, and says what became of each. */
function Reload({ onDone }: { onDone: () => void }): VNode {
  const report = useSignal<ReloadReport | undefined>(undefined);
  const reload = async (): Promise<void> => {
    report.value = await client.agents.reload();
    onDone();
  };
  const names = (title: string, ids: readonly string[]): VNode | null =>
    ids.length === 0 ? null : (
      <p>
        {title}: {ids.join(", ")}
      </p>
    );
  return (
    <>
      <Action op="agents.reload" onPress={reload}>
        Read the files again
      </Action>
      {report.value !== undefined && (
        <Dialog title="The definitions on disk" onClose={() => (report.value = undefined)}>
          {names("Created", report.value.created)}
          {names("Updated", report.value.updated)}
          {names("Unchanged", report.value.unchanged)}
          {Object.values(report.value).every((list) => list.length === 0) && <p>There are no files.</p>}
          {report.value.failed.map(({ file, line, reason }) => (
            <p key={`${file} ${line}`} class="bad">
              <code>
                {file}
                {line != null && `:${line}`}
              </code>{" "}
              <Text>{reason}</Text>
            </p>
          ))}
        </Dialog>
      )}
    </>
  );
}
