// The flame: the turn, its rounds, and in these the spans, each below what it is part of; and the strip of the whole turn.

import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { Canvas, type Stretch } from "./canvas.tsx";
import { exactMs, isWithin, roundsOf, type Step } from "./spans.ts";
import { choose, type Drawn, step } from "./view.ts";

const ROW = 20;
const STRIP = 44;
/** Rows of the turn and its rounds. */
const ABOVE = 2;

export function Flame({ of }: { of: Drawn }): VNode {
  const rows = of.steps.reduce((most, { lane }) => Math.max(most, lane + 1), 1) + ABOVE;
  const stretches = useMemo((): Stretch[] => {
    const rounds = roundsOf(of.steps, of.whole);
    const turn = { ...of.whole, title: `turn ${exactMs(of.whole.to)}`, row: 0 };
    return [turn, ...rounds.map((round, at) => ({ ...round, title: `round ${at + 1}`, row: 1 }))];
  }, [of.steps, of.whole]);
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
      <Canvas
        of={of}
        shown={of.range}
        rowHeight={ROW}
        rows={rows}
        rowOf={({ lane }) => lane + ABOVE}
        stretches={stretches}
        isNamed
      />
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
