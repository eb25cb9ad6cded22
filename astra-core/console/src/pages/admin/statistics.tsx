// How much the workspace has and what waits in it; and how the gateway process is doing.

import type { ComponentChildren, VNode } from "preact";
import type { GatewayStats, StatCount, TaskStats, WorkspaceStats } from "astra-client";
import { client } from "../../frame/client.ts";
import { href } from "../../frame/router.tsx";
import { Shown } from "../../parts/empty.tsx";
import { bytes, count } from "../../parts/number.ts";
import { useResource } from "../../parts/resource.ts";
import { Table } from "../../parts/table.tsx";
import { duration } from "../../parts/time.tsx";

export function Statistics(): VNode {
  const stats = useResource("admin.stats", {}, (options) => client.admin.stats(options), {
    live: ["session.*", "agent.*", "job.succeeded", "job.failed", "turn.started"],
  });
  return (
    <Shown of={stats}>
      {({ workspace, gateway }) => (
        <>
          <div class="cards">
            <Has of={workspace} />
            <Waits of={workspace} />
            {gateway && <Process of={gateway} />}
            {gateway && <GatewayQueues of={gateway} />}
          </div>
          {gateway ? (
            <Tasks of={gateway} />
          ) : (
            <p class="faint">The state of the gateway process is shown to the owners of its first workspace.</p>
          )}
        </>
      )}
    </Shown>
  );
}

function Card({ title, children }: { title: string; children: ComponentChildren }): VNode {
  return (
    <section class="card" aria-label={title}>
      <h2>{title}</h2>
      <dl class="facts numbers">{children}</dl>
    </section>
  );
}

function Fact({ title, children }: { title: string; children: ComponentChildren }): VNode {
  return (
    <>
      <dt>{title}</dt>
      <dd class="number">{children}</dd>
    </>
  );
}

/** Counts end at 100,000. */
function Count({ of }: { of: StatCount }): VNode {
  return <>{of.is_exact ? count(of.count) : `more than ${count(of.count)}`}</>;
}

function Has({ of }: { of: WorkspaceStats }): VNode {
  const rows: readonly (readonly [title: string, link: string, value: StatCount])[] = [
    ["Agents", href("agents"), of.agents],
    ["Members", href("workspace"), of.members],
    ["Service accounts", href("workspace", [], { tab: "accounts" }), of.service_accounts],
    ["Sessions", href("sessions"), of.sessions],
    ["Turns", href("traces"), of.turns],
    ["Memories", href("memory"), of.memories],
    ["Memory profiles", href("memory", [], { tab: "profiles" }), of.memory_profiles],
    ["Jobs", href("jobs"), of.jobs],
    ["Schedules", href("jobs", [], { tab: "schedules" }), of.schedules],
    ["Webhooks", href("hooks"), of.webhooks],
    ["Audit entries", href("admin", [], { tab: "audit" }), of.audit_entries],
  ];
  return (
    <Card title="The workspace has">
      {rows.map(([title, link, value]) => (
        <>
          <dt>
            <a href={link}>{title}</a>
          </dt>
          <dd class="number">
            <Count of={value} />
          </dd>
        </>
      ))}
      <Fact title="Kept of turns">{bytes(of.storage_bytes)}</Fact>
    </Card>
  );
}

const late = (ms: number | null | undefined): string => (ms == null ? "–" : duration(ms));

function Waits({ of: { queues } }: { of: WorkspaceStats }): VNode {
  return (
    <Card title="In the workspace waits">
      <Fact title="Running turns">
        <Count of={queues.open_turns} />
      </Fact>
      <Fact title="Jobs for a worker">
        <Count of={queues.due_jobs} />
      </Fact>
      <Fact title="Longest wait of a job">{late(queues.job_lateness_ms)}</Fact>
      <Fact title="Running jobs">
        <Count of={queues.running_jobs} />
      </Fact>
      <Fact title="Deliveries">
        <Count of={queues.due_deliveries} />
      </Fact>
      <Fact title="Longest wait of a delivery">{late(queues.delivery_lateness_ms)}</Fact>
      <Fact title="Latest schedule">{late(queues.schedule_lateness_ms)}</Fact>
      <Fact title="Turns to remember">
        <Count of={queues.pending_memory} />
      </Fact>
    </Card>
  );
}

function Process({ of }: { of: GatewayStats }): VNode {
  const { store } = of;
  return (
    <Card title="The gateway">
      <Fact title="Version">{of.version}</Fact>
      <Fact title="Up">{duration(of.uptime_s * 1000)}</Fact>
      <Fact title="Memory">{of.resident_bytes == null ? "not known" : bytes(of.resident_bytes)}</Fact>
      <Fact title="Open streams">{count(of.open_streams)}</Fact>
      <Fact title="Store">{store.kind}</Fact>
      <Fact title="On disk">{bytes(store.database_bytes)}</Fact>
      {store.log_bytes != null && <Fact title="Write-ahead log">{bytes(store.log_bytes)}</Fact>}
    </Card>
  );
}

function GatewayQueues({ of: { queues } }: { of: GatewayStats }): VNode {
  return (
    <Card title="In all workspaces">
      <Fact title="Running turns">{count(queues.open_turns)}</Fact>
      <Fact title="Jobs for a worker">{count(queues.due_jobs)}</Fact>
      <Fact title="Jobs for later">{count(queues.scheduled_jobs)}</Fact>
      <Fact title="Running jobs">{count(queues.running_jobs)}</Fact>
      <Fact title="Turns to remember">{count(queues.pending_memory)}</Fact>
    </Card>
  );
}

const kinds: Readonly<Record<string, string>> = { running: "tag good", restarting: "tag warn", dead: "tag bad" };

function Tasks({ of: { tasks, task_groups } }: { of: GatewayStats }): VNode {
  const failures = (of: number): VNode => <span class={of > 0 ? "bad" : undefined}>{count(of)}</span>;
  return (
    <>
      <h2>What runs beside requests</h2>
      <Table<TaskStats>
        title="Tasks"
        rows={tasks}
        id={({ name }) => name}
        columns={[
          { title: "Task", cell: ({ name }) => <code>{name}</code> },
          { title: "State", cell: ({ state }) => <span class={kinds[state] ?? "tag"}>{state}</span> },
          { title: "Rounds", cell: ({ rounds }) => count(rounds), isNumber: true },
          { title: "Failures", cell: (task) => failures(task.failures), isNumber: true },
        ]}
      />
      {task_groups.length > 0 && (
        <>
          <h3>Short work, by its kind</h3>
          <Table
            title="Short work"
            rows={task_groups}
            id={({ name }) => name}
            hasKeys={false}
            columns={[
              { title: "Kind", cell: ({ name }) => <code>{name}</code> },
              { title: "Running", cell: ({ running }) => count(running), isNumber: true },
              { title: "Failures", cell: (group) => failures(group.failures), isNumber: true },
            ]}
          />
        </>
      )}
    </>
  );
}
