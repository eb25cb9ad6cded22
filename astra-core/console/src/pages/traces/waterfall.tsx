// The waterfall: a row for each span, below each other by their beginning. Only the rows in sight are in the page.

import type { VNode } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { Text } from "../../parts/text.tsx";
import { colorOf, exactMs, isWithin, type Range, type Step, ticksOf } from "./spans.ts";
import { choose, type Drawn } from "./view.ts";

const ROW = 26;
/** Rows beyond those in sight. */
const MORE = 8;

export function Waterfall({ of }: { of: Drawn }): VNode {
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const top = useSignal(0);
  const rows = of.found.filter((it) => isWithin(it, of.range));
  const at = rows.findIndex(({ index }) => index === of.chosen);
  const height = Math.min(rows.length * ROW, 18 * ROW);
  const first = Math.max(0, Math.floor(top.value / ROW) - MORE);
  const shown = rows.slice(first, first + Math.ceil(height / ROW) + 2 * MORE);
  useEffect(() => {
    const element = box.current;
    if (element === null || at < 0) return;
    if (at * ROW < element.scrollTop) element.scrollTop = at * ROW;
    else if ((at + 1) * ROW > element.scrollTop + element.clientHeight)
      element.scrollTop = (at + 1) * ROW - element.clientHeight;
  }, [at, rows.length]);
  const key = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: 15,
      PageUp: -15,
      Home: -rows.length,
      End: rows.length,
    };
    const by = steps[event.key];
    if (by === undefined || rows.length === 0) return;
    const from = at < 0 && event.key !== "End" ? -1 : Math.max(at, 0);
    choose(rows[Math.min(Math.max(from + by, 0), rows.length - 1)]);
    event.preventDefault();
  };
  const active = shown.find(({ index }) => index === of.chosen);
  return (
    <div class="waterfall">
      <Ticks range={of.range} />
      <div
        ref={box}
        class="waterfall-rows"
        role="listbox"
        tabIndex={0}
        aria-label={`${rows.length} spans by their beginning`}
        aria-activedescendant={active && `${id}-${active.index}`}
        style={{ height: `${height}px` }}
        onScroll={(event) => (top.value = event.currentTarget.scrollTop)}
        onKeyDown={key}
      >
        <div role="presentation" style={{ height: `${rows.length * ROW}px`, position: "relative" }}>
          {shown.map((step, index) => (
            <Row key={step.index} id={`${id}-${step.index}`} of={of} step={step} at={first + index} count={rows.length} />
          ))}
        </div>
      </div>
      {rows.length === 0 && <p class="faint">No span of those that are searched for is within this stretch.</p>}
    </div>
  );
}

function Ticks({ range }: { range: Range }): VNode {
  return (
    <div class="ticks" aria-hidden="true">
      {ticksOf(range).map((ms) => (
        <span key={ms} style={{ left: `${(100 * (ms - range.from)) / (range.to - range.from)}%` }}>
          {exactMs(ms)}
        </span>
      ))}
    </div>
  );
}

interface RowProps {
  readonly id: string;
  readonly of: Drawn;
  readonly step: Step;
  readonly at: number;
  readonly count: number;
}

function Row({ id, of: { range, chosen }, step, at, count }: RowProps): VNode {
  const { span, title, depth, part, index } = step;
  const size = range.to - range.from;
  const from = Math.max((span.start_ms - range.from) / size, 0);
  const to = Math.min((span.start_ms + span.duration_ms - range.from) / size, 1);
  return (
    <div
      id={id}
      class="waterfall-row"
      role="option"
      aria-selected={index === chosen}
      aria-posinset={at + 1}
      aria-setsize={count}
      style={{ top: `${at * ROW}px`, height: `${ROW}px` }}
      onClick={() => choose(step)}
    >
      <span class="waterfall-name" style={{ paddingLeft: `${0.5 + depth}rem` }}>
        {span.error != null && <strong class="bad">failed </strong>}
        <Text>{title}</Text>
      </span>
      <span class="waterfall-time number">{exactMs(span.duration_ms)}</span>
      <span class="waterfall-lane" aria-hidden="true">
        <span class={`series-${colorOf(part)}`} style={{ left: `${100 * from}%`, width: `${100 * Math.max(to - from, 0)}%` }} />
      </span>
    </div>
  );
}
