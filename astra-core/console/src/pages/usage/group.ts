// What sums are grouped by, and the rows of days as lines of a plot. Pure.

import type { Usage } from "astra-client";
import type { Series } from "../../parts/plot.tsx";

export type By = "" | "agent" | "model" | "provider" | "user";
export type Key = "agent" | "model" | "provider" | "user";

export const bys = [
  ["agent", "agent"],
  ["model", "model"],
  ["provider", "provider"],
  ["user", "user"],
] as const;

/** How many lines a plot has at the most: beyond it no eye tells them apart. */
export const LINES_MAX = 6;

export function byOf(text: string | undefined): By {
  return bys.find(([name]) => name === text)?.[0] ?? "";
}

/** For `group_by`. Two providers may have a model of the same name. */
export function keysOf(by: By): readonly Key[] {
  if (by === "") return [];
  return by === "model" ? ["provider", "model"] : [by];
}

/** What a row is of, as people read it. */
export function nameOf(row: Usage, by: By): string {
  if (by === "model") return `${row.provider ?? "?"}/${row.model ?? "?"}`;
  if (by === "agent") return row.agent_id ?? "no agent";
  if (by === "provider") return row.provider ?? "?";
  return by === "user" ? (row.user_id ?? "no user") : "all";
}

/** The names of the rows with the most tokens. */
export function largest(rows: readonly Usage[], by: By): string[] {
  const tokens = (row: Usage): number => row.input_tokens + row.output_tokens;
  return [...rows]
    .sort((one, other) => tokens(other) - tokens(one) || nameOf(one, by).localeCompare(nameOf(other, by)))
    .slice(0, LINES_MAX)
    .map((row) => nameOf(row, by));
}

/** One line for each name: the value of each day, 0 where the gateway has no row, which is to say that nothing was used. */
export function linesOf(
  rows: readonly Usage[],
  days: readonly string[],
  names: readonly string[],
  by: By,
  value: (row: Usage) => number,
): Series[] {
  const found = new Map(rows.map((row) => [`${row.day} ${nameOf(row, by)}`, row]));
  return names.map((title) => ({
    title,
    values: days.map((day) => {
      const row = found.get(`${day} ${title}`);
      return row === undefined ? 0 : value(row);
    }),
  }));
}
