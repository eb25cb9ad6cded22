// The days that the page is about. Days are those of UTC, as the gateway sums them. Pure.

export const DAY_MS = 86_400_000;

export const ranges = [
  ["1", "today"],
  ["7", "7 days"],
  ["30", "30 days"],
  ["90", "90 days"],
  ["365", "365 days"],
  ["own", "other days"],
] as const;

export interface Range {
  /** The name in the address. */
  readonly name: string;
  /** The first day, `2026-11-01`. */
  readonly first: string;
  /** The last day, which is part of it. */
  readonly last: string;
  /** For `from` of operations. */
  readonly from: string;
  /** For `to` of operations; nothing for "until now". */
  readonly to: string | undefined;
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

function startOf(day: string | undefined): number | undefined {
  if (day === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
  const ms = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** The range that the address says; 30 days if it says none. */
export function rangeOf(query: Readonly<Record<string, string>>, now: number): Range {
  const today = now - (now % DAY_MS);
  const first = startOf(query["from"]);
  const last = startOf(query["to"]);
  if (query["range"] === "own" && first !== undefined && last !== undefined && first <= last) {
    const to = last >= today ? undefined : new Date(last + DAY_MS).toISOString();
    return { name: "own", first: dayOf(first), last: dayOf(last), from: new Date(first).toISOString(), to };
  }
  const said = ranges.find(([name]) => name === query["range"] && name !== "own");
  const from = today - (Number(said?.[0] ?? "30") - 1) * DAY_MS;
  return {
    name: query["range"] === "own" ? "own" : (said?.[0] ?? "30"),
    first: dayOf(from),
    last: dayOf(today),
    from: new Date(from).toISOString(),
    to: undefined,
  };
}

/** All days of a range, oldest first; from `begin` on if it is later. */
export function daysOf({ first, last }: Range, begin = first): string[] {
  const days: string[] = [];
  const end = startOf(last) ?? 0;
  for (let ms = startOf(begin > first ? begin : first) ?? 0; ms <= end; ms += DAY_MS) days.push(dayOf(ms));
  return days;
}

/** Where a day stands in a plot: at midnight of the browser's own zone, so that the axis names that day. */
export function placeOf(day: string): number {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date).getTime() / 1000;
}

/** Which days are whole in rows that come newest day first and may have been cut: all but the last one. */
export function firstWhole(days: readonly string[], isWhole: boolean, first: string): string | undefined {
  if (isWhole) return first;
  const oldest = days.at(-1);
  return days.findLast((day) => day !== oldest);
}
