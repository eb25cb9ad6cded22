// Where the time of a turn went, as a thin bar. The gateway says how it is split.

import type { VNode } from "preact";
import type { TraceTime } from "astra-client";
import { colorOf, exactMs, type Part, parts } from "./spans.ts";

const titles: Readonly<Record<Part, string>> = {
  provider: "Models",
  tool: "Tools",
  storage: "Storage",
  waiting: "Waiting",
  gateway: "Gateway",
};

function msOf(time: TraceTime, part: Part): number {
  return time[`${part}_ms`];
}

function Bar({ time }: { time: TraceTime }): VNode {
  const used = parts.filter((part) => msOf(time, part) > 0);
  const whole = used.reduce((sum, part) => sum + msOf(time, part), 0);
  return (
    <span class="meter" aria-hidden="true">
      {used.map((part) => (
        <span
          key={part}
          class={`series-${colorOf(part)}`}
          style={{ width: `${(100 * msOf(time, part)) / whole}%`, minWidth: "2px" }}
        />
      ))}
    </span>
  );
}

const wordsOf = (time: TraceTime): string =>
  parts
    .filter((part) => msOf(time, part) > 0)
    .map((part) => `${titles[part]} ${exactMs(msOf(time, part))}`)
    .join(", ");

/** For a row of a list. */
export function Split({ time }: { time: TraceTime }): VNode {
  const words = wordsOf(time);
  return (
    <span class="split" title={words}>
      {exactMs(time.total_ms)}
      <span class="unseen"> ({words})</span>
      <Bar time={time} />
    </span>
  );
}

/** With each part by its name. */
export function SplitNamed({ time }: { time: TraceTime }): VNode {
  return (
    <div class="split-named">
      <Bar time={time} />
      <ul class="legend">
        {parts.map((part) => (
          <li key={part}>
            <span class={`swatch series-${colorOf(part)}`} aria-hidden="true" /> {titles[part]} {exactMs(msOf(time, part))}
          </li>
        ))}
      </ul>
    </div>
  );
}
