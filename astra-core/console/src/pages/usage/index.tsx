// Usage: what was used in the days that the address says, over time and by agent, model, provider or user; and the quotas.

import type { ComponentChildren, VNode } from "preact";
import { client } from "../../frame/client.ts";
import { useKeys } from "../../frame/keyboard.ts";
import { say } from "../../frame/notices.tsx";
import { href, place, setQuery } from "../../frame/router.tsx";
import { Action } from "../../parts/action.tsx";
import { csvOf } from "../../parts/csv.ts";
import { download } from "../../parts/download.ts";
import { NothingYet, Shown } from "../../parts/empty.tsx";
import { count, percent, usd } from "../../parts/number.ts";
import { useResource } from "../../parts/resource.ts";
import { Filter, Filters } from "../../parts/table.tsx";
import { type By, byOf, bys, keysOf } from "./group.ts";
import { Latency } from "./latency.tsx";
import { Quotas } from "./quotas.tsx";
import { type Range, rangeOf, ranges } from "./range.ts";
import { Sums } from "./sums.tsx";

export default function UsagePage(): VNode {
  const { query } = place.value;
  const range = rangeOf(query, Date.now());
  const by = byOf(query["by"]);
  const { from, to } = range;
  const total = useResource(
    "inference.usage",
    { from, to },
    (options) => client.inference.usage({ from, to, ...options }),
    {
      live: ["agent.completed", "agent.failed"],
    },
  );
  const used = total.data?.items[0];
  const isEmpty = total.data !== undefined && (used === undefined || used.requests === 0);
  return (
    <>
      <div class="heading">
        <h1>Usage</h1>
        <span class="fill" />
        <Action
          op="inference.usage"
          onPress={() => save(range, by)}
          isOff={isEmpty && "There is nothing in these days."}
        >
          Download CSV
        </Action>
      </div>
      <RangeFilters range={range} />
      <Shown of={total}>
        {() =>
          used === undefined || isEmpty ? (
            <NothingYet what={`No model was asked ${wordsOf(range)}.`} command="astra chat">
              <p>
                <a href={href("chat")}>Ask one here</a>, or look at{" "}
                <a href={href("usage", [], { range: "365" })}>the last 365 days</a>.
              </p>
            </NothingYet>
          ) : (
            <>
              <dl class="cards figures" aria-label={`All that was used ${wordsOf(range)}`}>
                <Figure title="Tokens" of={count(used.input_tokens + used.output_tokens)}>
                  {count(used.input_tokens)} in, {count(used.output_tokens)} out
                </Figure>
                <Figure title="Cost" of={usd(used.cost_usd)}>
                  by the prices of the configuration
                </Figure>
                <Figure title="Requests" of={count(used.requests)}>
                  calls to providers
                </Figure>
                <Figure title="Errors" of={count(used.errors)}>
                  {percent(used.errors / used.requests)} of the requests
                </Figure>
              </dl>
              <Sums range={range} by={by} />
            </>
          )
        }
      </Shown>
      {!isEmpty && <Latency range={range} by={by} />}
      <Quotas />
    </>
  );
}

function Figure({ title, of, children }: { title: string; of: string; children: ComponentChildren }): VNode {
  return (
    <div class="card figure">
      <dt>{title}</dt>
      <dd>
        <strong>{of}</strong>
        <span class="small faint">{children}</span>
      </dd>
    </div>
  );
}

function wordsOf({ first, last }: Range): string {
  return first === last ? `on ${first}` : `from ${first} to ${last}`;
}

function RangeFilters({ range }: { range: Range }): VNode {
  useKeys([
    { key: "[", title: "A shorter time", run: () => step(-1) },
    { key: "]", title: "A longer time", run: () => step(1) },
  ]);
  const choose = (name: string): void => {
    const own = name === "own" ? { from: range.first, to: range.last } : { from: null, to: null };
    setQuery({ range: name === "30" ? null : name, ...own, cursor: null });
  };
  return (
    <Filters names={["range", "from", "to", "by", "agent"]}>
      <label class="filter">
        <span>Days (UTC)</span>
        <select value={range.name} onChange={(event) => choose(event.currentTarget.value)}>
          {ranges.map(([name, title]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </label>
      {range.name === "own" &&
        (
          [
            ["from", "First day", range.first],
            ["to", "Last day", range.last],
          ] as const
        ).map(([name, title, value]) => (
          <label class="filter" key={name}>
            <span>{title}</span>
            <input
              type="date"
              value={value}
              onChange={(event) => setQuery({ [name]: event.currentTarget.value, cursor: null })}
            />
          </label>
        ))}
      <Filter name="by" title="Group by" choices={bys} />
    </Filters>
  );
}

/** From where the address is now: two quick presses are two steps. */
function step(by: number): void {
  const range = rangeOf(place.peek().query, Date.now());
  const names = ranges.map(([name]) => name).filter((name) => name !== "own");
  const at = names.indexOf(range.name as (typeof names)[number]);
  const next = names[Math.min(names.length - 1, Math.max(0, (at === -1 ? 2 : at) + by))];
  setQuery({ range: next === "30" ? null : next, from: null, to: null, cursor: null });
}

/** All sums by day, of all pages. */
async function save({ from, to, first, last }: Range, by: By): Promise<void> {
  const keys = keysOf(by);
  const rows = await client.inference.usage({ from, to, groupBy: ["day", ...keys], limit: 200 }).toArray();
  const titles = ["day", ...keys.map((key) => (key === "agent" || key === "user" ? `${key}_id` : key))];
  const numbers = ["requests", "errors", "input_tokens", "output_tokens", "cost_usd"] as const;
  const cells = rows.map((row) => [
    row.day,
    ...keys.map((key) => ({ agent: row.agent_id, user: row.user_id, provider: row.provider, model: row.model })[key]),
    ...numbers.map((name) => row[name]),
  ]);
  download(
    `usage-${first}-${last}${by && `-by-${by}`}.csv`,
    csvOf([...titles, ...numbers], cells),
    "text/csv;charset=utf-8",
  );
  say(`${count(rows.length)} rows were downloaded.`);
}
