// The flame: all spans over the same time, beside each other as long as they do not overlap; and the strip of the whole turn.

import type { VNode } from "preact";
import { Canvas } from "./canvas.tsx";
import { exactMs, isWithin, type Step } from "./spans.ts";
import { choose, type Drawn, step } from "./view.ts";

const ROW = 20;
const STRIP = 44;

export function Flame({ of }: { of: Drawn }): VNode {
  const rows = of.steps.reduce((most, { lane }) => Math.max(most, lane + 1), 1);
  const inLane = (by: number): void => {
    const now = of.steps.find(({ index }) => index === of.chosen);
    if (now === undefined) return step(1, of);
    const middle = now.span.start_ms + now.span.duration_ms / 2;
    const lane = of.steps.filter((it) => it.lane === now.lane + by && isWithin(it, of.range));
    const far = ({ span }: Step): number => Math.abs(span.start_ms + span.duration_ms / 2 - middle);
    choose(lane.toSorted((one, other) => far(one) - far(other))[0]);
  };
  const key = (event: KeyboardEvent): void => {
    if (event.key === "ArrowRight") step(1, of);
    else if (event.key === "ArrowLeft") step(-1, of);
    else if (event.key === "ArrowDown") inLane(1);
    else if (event.key === "ArrowUp") inLane(-1);
    else return;
    event.preventDefault();
  };
  const { from, to } = of.range;
  return (
    <div
      class="flame"
      role="group"
      tabIndex={0}
      aria-label={`Flame of ${of.steps.length} spans, ${exactMs(from)} to ${exactMs(to)}. Arrow keys go from span to span.`}
      onKeyDown={key}
    >
      <Canvas of={of} shown={of.range} rowHeight={ROW} rows={rows} rowOf={({ lane }) => lane} isNamed />
    </div>
  );
}

/** The whole turn, small, with what is shown of it. */
export function Strip({ of }: { of: Drawn }): VNode {
  const lanes = of.steps.reduce((most, { lane }) => Math.max(most, lane + 1), 1);
  const rows = Math.min(lanes, STRIP / 4);
  const isZoomed = of.range.to - of.range.from < of.whole.to - of.whole.from;
  return (
    <div class="strip">
      <Canvas
        of={of}
        shown={of.whole}
        rowHeight={STRIP / rows}
        rows={rows}
        rowOf={({ lane }) => (lanes <= rows ? lane : Math.floor((lane * rows) / lanes))}
        isNamed={false}
        marked={isZoomed ? of.range : undefined}
      />
    </div>
  );
}
