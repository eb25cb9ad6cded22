// The list of traces, with its filters. New ones come by themselves, or are counted while the list stands still.

import type { VNode } from "preact";
import { useCallback, useEffect, useMemo } from "preact/hooks";
import { signal, useSignal } from "@preact/signals";
import type { Trace, TraceStatus } from "astra-client";
import { client } from "../../frame/client.ts";
import { isOf, isPaused, type LiveEvent, useLive } from "../../frame/live.ts";
import { href, place } from "../../frame/router.tsx";
import { NothingMatches, NothingYet, Shown } from "../../parts/empty.tsx";
import { Moment } from "../../parts/moment.tsx";
import { count, usd } from "../../parts/number.ts";
import { useResource } from "../../parts/resource.ts";
import { Filter, Filters, Pages, Table, useCursor } from "../../parts/table.tsx";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";
import { Split } from "./split.tsx";
import { Summary } from "./summary.tsx";

const names = ["agent_id", "session_id", "user_id", "status", "since", "from", "to", "min_duration_ms", "request_id"] as const;
const ended = ["agent.completed", "agent.failed"];
const statuses = ["completed", "failed", "cancelled", "interrupted"].map((it) => [it, it] as const);

export const periods: readonly (readonly [value: string, title: string, hours: number])[] = [
  ["1h", "the last hour", 1],
  ["24h", "the last 24 hours", 24],
  ["7d", "the last 7 days", 168],
  ["30d", "the last 30 days", 720],
];

/** The ids of the list that was shown last: `[` and `]` of a trace go through them. */
export const listed = signal<readonly string[]>([]);

/** The beginning of the period that the address says. */
function useFrom(): string | undefined {
  const { since, from } = place.value.query;
  const hours = periods.find(([value]) => value === since)?.[2];
  return useMemo(() => (hours === undefined ? from : new Date(Date.now() - hours * 3_600_000).toISOString()), [hours, from]);
}

export function List(): VNode {
  const { query } = place.value;
  const { agent_id, session_id, user_id, to, request_id } = query;
  const status = query["status"] as TraceStatus | undefined;
  const least = /^\d+$/.test(query["min_duration_ms"] ?? "") ? Number(query["min_duration_ms"]) : undefined;
  const cursor = useCursor();
  const from = useFrom();
  const filters = Object.fromEntries(names.map((name) => [name, query[name]]));
  const traces = useResource(
    "traces.list",
    { agent_id, session_id, user_id, status, from, to, least, request_id, cursor },
    (options) =>
      client.traces.list({
        agentId: agent_id,
        sessionId: session_id,
        userId: user_id,
        requestIdParameter: request_id,
        minDurationMs: least,
        ...{ status, from, to, cursor, limit: 50, ...options },
      }),
    { live: cursor === undefined ? ended : undefined },
  );
  listed.value = traces.data?.items.map((it) => it.trace_id) ?? [];
  return (
    <>
      <div class="heading">
        <h1>Traces</h1>
        <span class="fill" />
        {cursor === undefined && <News reload={traces.reload} />}
      </div>
      <Summary agentId={agent_id} from={from} to={to} period={periods.find(([value]) => value === query["since"])?.[1]} />
      <TraceFilters />
      <Shown of={traces}>
        {({ items, nextCursor }) => {
          if (items.length > 0) return <Rows traces={items} next={nextCursor} />;
          if (nextCursor !== undefined) return <NotHere next={nextCursor} />;
          if (names.some((name) => query[name])) return <Nothing filters={filters} />;
          return (
            <NothingYet
              what="A trace says how a turn went, and where its time was spent. Each answered message leaves one."
              command="astra chat"
            >
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

function Nothing({ filters }: { filters: Readonly<Record<string, string | undefined>> }): VNode {
  return (
    <>
      <NothingMatches filters={filters} />
      {filters["request_id"] !== undefined && (
        <p class="hint">
          Only requests that began a turn have a trace, once the turn has ended. Others are in the gateway's log.
        </p>
      )}
    </>
  );
}

/** A page looks at 50,000 turns: there may be others behind them. */
function NotHere({ next }: { next: string }): VNode {
  return (
    <div class="empty">
      <p>Nothing matches among the 50,000 turns that were looked at. There are older ones.</p>
      <Pages next={next} />
    </div>
  );
}

function TraceFilters(): VNode {
  return (
    <Filters names={[...names]}>
      <Filter name="agent_id" title="Agent" />
      <Filter name="status" title="Status" choices={statuses} />
      <Filter name="since" title="Began in" choices={periods.map(([value, title]) => [value, title] as const)} />
      <Filter name="min_duration_ms" title="At least, in ms" />
      <Filter name="request_id" title="Request" />
      <Filter name="session_id" title="Session" />
      <Filter name="user_id" title="User" />
      {place.value.query["since"] === undefined && (
        <>
          <Moment name="from" title="From" />
          <Moment name="to" title="Until" />
        </>
      )}
    </Filters>
  );
}

/** While lists stand still: how many traces there are that are not shown yet. */
function News({ reload }: { reload: () => void }): VNode | null {
  const news = useSignal(0);
  const hear = useCallback((event: LiveEvent) => void (isOf(event, ended) && (news.value += 1)), []);
  useLive(isPaused.value ? hear : undefined);
  useEffect(() => void (news.value = 0), [isPaused.value]);
  if (news.value === 0) return null;
  return (
    <button
      type="button"
      onClick={() => {
        news.value = 0;
        reload();
      }}
    >
      {news.value} new
    </button>
  );
}

export function StatusTag({ status }: { status: TraceStatus }): VNode {
  const look = status === "completed" ? "good" : status === "cancelled" ? "warn" : "bad";
  return <span class={`tag ${look}`}>{status}</span>;
}

function Rows({ traces, next }: { traces: readonly Trace[]; next: string | undefined }): VNode {
  return (
    <Table
      title="Traces"
      rows={traces}
      id={(it) => it.trace_id}
      link={(it) => href("traces", [it.trace_id])}
      next={next}
      columns={[
        {
          title: "Question",
          cell: ({ question }) => (
            <span class="question">
              <Text>{question || "(no text)"}</Text>
            </span>
          ),
        },
        { title: "Status", cell: ({ status }) => <StatusTag status={status} /> },
        { title: "Time", cell: ({ time }) => <Split time={time} /> },
        { title: "Agent", cell: (it) => `${it.agent_id} v${it.agent_version}`, isWide: true },
        { title: "Model", cell: ({ model }) => (model ? <Text>{model}</Text> : "–"), isWide: true },
        { title: "Tokens", cell: ({ usage }) => count(usage.total_tokens), isNumber: true, isWide: true },
        { title: "Cost", cell: ({ usage }) => usd(usage.cost_usd), isNumber: true, isWide: true },
        { title: "Began", cell: (it) => <Time of={it.created_at} /> },
      ]}
    />
  );
}
