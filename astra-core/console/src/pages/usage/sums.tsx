// What was used over time, and the sums of agents, models, providers or users.

import type { ComponentChildren, VNode } from "preact";
import type { Usage } from "astra-client";
import { client } from "../../frame/client.ts";
import { href } from "../../frame/router.tsx";
import { me } from "../../frame/session.ts";
import { NothingMatches, Shown } from "../../parts/empty.tsx";
import { count, usd } from "../../parts/number.ts";
import { Plot, type Series } from "../../parts/plot.tsx";
import { useResource } from "../../parts/resource.ts";
import { Table, useCursor } from "../../parts/table.tsx";
import { Text } from "../../parts/text.tsx";
import { type By, keysOf, largest, linesOf, nameOf } from "./group.ts";
import { daysOf, firstWhole, placeOf, type Range } from "./range.ts";
import { readRows } from "./read.ts";

export function Sums({ range, by }: { range: Range; by: By }): VNode {
  return by === "" ? <Lines range={range} by={by} names={["all"]} /> : <Groups range={range} by={by} />;
}

function Groups({ range, by }: { range: Range; by: By }): VNode {
  const cursor = useCursor();
  const { from, to } = range;
  const groupBy = keysOf(by);
  const sums = useResource("inference.usage", { from, to, groupBy, cursor }, (options) =>
    client.inference.usage({ from, to, groupBy, cursor, limit: 50, ...options }),
  );
  const people = useNames(by === "user");
  const title = `Sums by ${by}`;
  return (
    <Shown of={sums}>
      {({ items, nextCursor }) => {
        if (items.length === 0) return <NothingMatches filters={{ by }} />;
        const names = largest(items, by);
        return (
          <>
            <Lines range={range} by={by} names={names} people={people} />
            {items.length > names.length && (
              <p class="small faint">
                The lines are of the {names.length} rows with the most tokens in the table below.
              </p>
            )}
            <h2>{title}</h2>
            <Table
              title={title}
              rows={items}
              id={(row) => nameOf(row, by)}
              next={nextCursor}
              columns={[
                {
                  title: by.charAt(0).toUpperCase() + by.slice(1),
                  cell: (row) => <Name row={row} by={by} people={people} />,
                },
                { title: "Requests", cell: ({ requests }) => count(requests), isNumber: true },
                {
                  title: "Errors",
                  cell: ({ errors }) => <span class={errors > 0 ? "bad" : undefined}>{count(errors)}</span>,
                  isNumber: true,
                },
                { title: "Input tokens", cell: (row) => count(row.input_tokens), isNumber: true, isWide: true },
                { title: "Output tokens", cell: (row) => count(row.output_tokens), isNumber: true, isWide: true },
                { title: "Cost", cell: (row) => usd(row.cost_usd), isNumber: true },
              ]}
            />
          </>
        );
      }}
    </Shown>
  );
}

/** The names of the members, where sums are grouped by user. */
function useNames(isWanted: boolean): ReadonlyMap<string, string> {
  const id = me.value?.workspace_id ?? "";
  const members = useResource(
    "workspaces.list_members",
    { id, limit: 200 },
    (options) => client.workspaces.listMembers(id, { limit: 200, ...options }),
    { isWanted },
  );
  return new Map(members.data?.items.map((it) => [it.user_id, it.display_name ?? it.email ?? it.user_id]));
}

function Name({ row, by, people }: { row: Usage; by: By; people: ReadonlyMap<string, string> }): VNode {
  const name = nameOf(row, by);
  if (by === "agent" && row.agent_id != null) {
    return (
      <>
        <a href={href("agents", [row.agent_id])}>{name}</a>{" "}
        <a class="small" href={href("traces", [], { agent_id: row.agent_id })}>
          traces
        </a>
      </>
    );
  }
  if (by === "user" && row.user_id != null) {
    const place = row.user_id.startsWith("svc_")
      ? href("workspace", ["accounts", row.user_id])
      : href("workspace", [], { user: row.user_id });
    return (
      <a href={place}>
        <Text>{people.get(row.user_id) ?? name}</Text>
      </a>
    );
  }
  return <Text>{name}</Text>;
}

interface LinesProps {
  readonly range: Range;
  readonly by: By;
  readonly names: readonly string[];
  readonly people?: ReadonlyMap<string, string>;
}

function Lines({ range, by, names, people }: LinesProps): VNode {
  const { from, to } = range;
  const groupBy = ["day", ...keysOf(by)];
  const days = useResource("inference.usage", { from, to, groupBy, isWhole: true }, (options) =>
    readRows(client.inference.usage({ from, to, groupBy, limit: 200, ...options })),
  );
  return (
    <Shown of={days}>
      {({ rows, isWhole }) => {
        const begin = firstWhole(
          rows.map(({ day }) => day ?? ""),
          isWhole,
          range.first,
        );
        if (begin === undefined) return <TooMany>There are more sums of one day than are read here.</TooMany>;
        const shown = daysOf(range, begin);
        const times = shown.map(placeOf);
        const called = (series: Series[]): Series[] =>
          series.map((it) => ({ ...it, title: people?.get(it.title) ?? it.title }));
        const lines = (value: (row: Usage) => number): Series[] => called(linesOf(rows, shown, names, by, value));
        const kind = names.length === 1 ? "bars" : "lines";
        const tokens =
          by === ""
            ? [
                { ...(lines((row) => row.input_tokens)[0] as Series), title: "input" },
                { ...(lines((row) => row.output_tokens)[0] as Series), title: "output" },
              ]
            : lines((row) => row.input_tokens + row.output_tokens);
        return (
          <>
            {!isWhole && <TooMany>There are more sums than are read here: the lines begin on {begin}.</TooMany>}
            <div class="plots">
              <Plot
                title="Tokens a day"
                times={times}
                series={tokens}
                format={count}
                kind={by === "" ? "lines" : kind}
              />
              <Plot title="Cost a day" times={times} series={lines((row) => row.cost_usd)} format={usd} kind={kind} />
              <Plot
                title="Requests a day"
                times={times}
                series={lines((row) => row.requests)}
                format={count}
                kind={kind}
              />
              <Plot title="Errors a day" times={times} series={lines((row) => row.errors)} format={count} kind={kind} />
            </div>
          </>
        );
      }}
    </Shown>
  );
}

function TooMany({ children }: { children: ComponentChildren }): VNode {
  return (
    <p class="warn" role="note">
      {children} The CSV has all of them.
    </p>
  );
}
