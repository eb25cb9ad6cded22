// Times and durations. The exact time is always at hand: as the title, and for programs.

import type { VNode } from "preact";
import { signal } from "@preact/signals";

/** Moves every half minute, for "3 minutes ago". */
const now = signal(Date.now());
setInterval(() => {
  if (document.visibilityState === "visible") now.value = Date.now();
}, 30_000);

const steps: readonly (readonly [seconds: number, unit: Intl.RelativeTimeFormatUnit])[] = [
  [60, "second"],
  [3600, "minute"],
  [86_400, "hour"],
  [86_400 * 30, "day"],
  [86_400 * 365, "month"],
  [Infinity, "year"],
];
const sizes: Readonly<Record<string, number>> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 86_400,
  month: 86_400 * 30,
  year: 86_400 * 365,
};
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

/** `3 minutes ago`, `in 2 hours` */
export function ago(time: string, from?: number): string {
  // What happened since the last move of `now` is not to come.
  const seconds = (Date.parse(time) - (from ?? Math.max(now.value, Date.now()))) / 1000;
  if (Math.abs(seconds) < 10) return "now";
  const [, unit] = steps.find(([limit]) => Math.abs(seconds) < limit) ?? [0, "year" as const];
  return relative.format(Math.trunc(seconds / (sizes[unit] ?? 1)), unit);
}

export function exactly(time: string): string {
  return exact.format(new Date(time));
}

export function Time({ of, isExact }: { of: string | null | undefined; isExact?: boolean }): VNode {
  if (of === null || of === undefined) return <span class="faint">never</span>;
  return (
    <time dateTime={of} title={`${exactly(of)} (${of})`}>
      {isExact ? exactly(of) : ago(of)}
    </time>
  );
}

/** `850 ms`, `2.4 s`, `3 min 5 s`, `2 h 10 min` */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} days`;
}
