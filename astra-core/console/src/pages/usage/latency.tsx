// How long turns took, and how they ended. The gateway counts this by agent and hour: not by model, provider or user.

import type { VNode } from "preact";
import type { TurnGroup } from "astra-client";
import { client } from "../../frame/client.ts";
import { place, href, setQuery } from "../../frame/router.tsx";
import { Shown } from "../../parts/empty.tsx";
import { count, percent } from "../../parts/number.ts";
import { Plot } from "../../parts/plot.tsx";
import { useResource } from "../../parts/resource.ts";
import { Table } from "../../parts/table.tsx";
import { duration, exactly } from "../../parts/time.tsx";
import type { By } from "./group.ts";
import { DAY_MS, type Range } from "./range.ts";
import { readRows } from "./read.ts";

const HOUR_MS = 3_600_000;
/** The longest time of one summary (`traces.summary`). */
const DAYS_MAX = 366;

export function Latency({ range, by }: { range: Range; by: By }): VNode {
  const { from, to } = range;
  const agentId = place.value.query["agent"];
  const isTooLong = (to === undefined ? Date.now() : Date.parse(to)) - Date.parse(from) > DAYS_MAX * DAY_MS;
  const hours = useResource(
    "traces.summary",
    { from, to, agentId, groupBy: "hour" },
    (options) => readRows(client.traces.summary({ from, to, agentId, groupBy: ["hour"], limit: 200, ...options })),
    { isWanted: !isTooLong },
  );
  if (isTooLong) return <p class="faint">Durations of turns are summed for {DAYS_MAX} days at the most.</p>;
  return (
    <section aria-labelledby="latency-title">
      <h2 id="latency-title">Turns{agentId && ` of ${agentId}`}</h2>
      {agentId !== undefined && (
        <button type="button" class="plain" onClick={() => setQuery({ agent: null })}>
          Show the turns of all agents
        </button>
      )}
      {by !== "" && by !== "agent" && (
        <p class="small faint">Durations are counted by agent and hour: they are of all {by}s together.</p>
      )}
      <Shown of={hours}>
        {({ rows, isWhole, body: { total } }) =>
          total.turns === 0 ? (
            <p class="faint">No turn ended in these days.</p>
          ) : (
            <>
              <dl class="facts">
                <dt>Half of the turns took at most</dt>
                <dd>{timeOf(total.p50_ms)} (p50)</dd>
                <dt>95 % took at most</dt>
                <dd>{timeOf(total.p95_ms)} (p95)</dd>
                <dt>Turns</dt>
                <dd>
                  <a href={href("traces", [], { from, to, agent_id: agentId })}>{count(total.turns)}</a>:{" "}
                  {count(total.completed)} answered, {count(total.failed)} failed, {count(total.interrupted)}{" "}
                  interrupted, {count(total.cancelled)} cancelled
                </dd>
                <dt>Failed or interrupted</dt>
                <dd class={total.error_rate > 0 ? "bad" : undefined}>{percent(total.error_rate)}</dd>
              </dl>
              {!isWhole && <TooMany rows={rows} />}
              <Hours rows={rows} />
            </>
          )
        }
      </Shown>
      {by === "agent" && <Agents range={range} />}
    </section>
  );
}

const timeOf = (ms: number | null | undefined): string => (ms == null ? "–" : duration(ms));

function TooMany({ rows }: { rows: readonly TurnGroup[] }): VNode {
  const begin = rows.at(-1)?.hour;
  return (
    <p class="warn" role="note">
      There are more hours than are read here: the lines begin {begin ? exactly(begin) : "later"}. The sums above are of
      all.
    </p>
  );
}

/** An hour without turns has no duration: the line has a gap there. */
function Hours({ rows }: { rows: readonly TurnGroup[] }): VNode {
  const found = new Map(rows.map((row) => [Date.parse(row.hour ?? ""), row]));
  const ends = [...found.keys()];
  const times: number[] = [];
  for (let ms = Math.min(...ends); ms <= Math.max(...ends); ms += HOUR_MS) times.push(ms);
  const line = (title: string, value: (row: TurnGroup) => number | null, none: number | null) => ({
    title,
    values: times.map((ms) => {
      const row = found.get(ms);
      return row === undefined ? none : value(row);
    }),
  });
  const seconds = times.map((ms) => ms / 1000);
  const failed = (row: TurnGroup): number => row.failed + row.interrupted;
  return (
    <div class="plots">
      <Plot
        title="How long turns took, by hour"
        times={seconds}
        series={[line("p50", (row) => row.p50_ms, null), line("p95", (row) => row.p95_ms, null)]}
        format={duration}
      />
      <Plot
        title="Turns, by hour"
        times={seconds}
        series={[line("answered", (row) => row.completed, 0), line("failed or interrupted", failed, 0)]}
        format={count}
      />
    </div>
  );
}

function Agents({ range: { from, to } }: { range: Range }): VNode {
  const agents = useResource("traces.summary", { from, to, groupBy: "agent" }, (options) =>
    client.traces.summary({ from, to, groupBy: ["agent"], limit: 200, ...options }),
  );
  return (
    <Shown of={agents}>
      {({ items, nextCursor }) => (
        <>
          <h3>Turns by agent</h3>
          <Table
            title="Turns by agent"
            rows={items}
            id={(row) => row.agent_id ?? ""}
            hasKeys={false}
            columns={[
              {
                title: "Agent",
                cell: ({ agent_id }) => (
                  <button type="button" class="plain" onClick={() => setQuery({ agent: agent_id })}>
                    {agent_id ?? "none"}
                    <span class="unseen">: show its turns over time</span>
                  </button>
                ),
              },
              { title: "Turns", cell: ({ turns }) => count(turns), isNumber: true },
              { title: "Failed", cell: (row) => percent(row.error_rate), isNumber: true },
              { title: "p50", cell: ({ p50_ms }) => timeOf(p50_ms), isNumber: true },
              { title: "p95", cell: ({ p95_ms }) => timeOf(p95_ms), isNumber: true },
              { title: "p99", cell: ({ p99_ms }) => timeOf(p99_ms), isNumber: true, isWide: true },
            ]}
          />
          {nextCursor && <p class="small faint">There are more agents than the 200 of this table.</p>}
        </>
      )}
    </Shown>
  );
}
