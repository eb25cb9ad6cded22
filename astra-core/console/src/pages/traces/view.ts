// What all drawings of a trace share: the range that is shown and the span that is chosen, both in the address.

import { place, setQuery } from "../../frame/router.tsx";
import { moved, type Range, rangeOf, type Said, type Step, textOf, zoomed } from "./spans.ts";

/** A trace as the drawings get it. */
export interface Drawn {
  /** All steps, by their beginning. */
  readonly steps: readonly Step[];
  /** Those that are searched for; all without a search. */
  readonly found: readonly Step[];
  readonly whole: Range;
  readonly range: Range;
  /** The span that is chosen, by its place in the trace. */
  readonly chosen: number | undefined;
  readonly said: (step: Step) => Said;
}

/** The range of the address. */
export const rangeNow = (whole: Range): Range => rangeOf(place.value.query["range"], whole);

/** The chosen span of the address. */
export function chosenNow(): number | undefined {
  const said = place.value.query["span"];
  return said !== undefined && /^\d+$/.test(said) ? Number(said) : undefined;
}

/** Chooses a span. The way back leads to where one came from, not through all spans. */
export function choose(step: Step | undefined): void {
  if (step !== undefined) setQuery({ span: step.index }, true);
}

export function show(range: Range, whole: Range): void {
  setQuery({ range: textOf(range, whole) }, true);
}

/** Shows less or more of the turn, around the chosen span if it is in sight. */
export function zoomBy(by: number, { steps, range, whole, chosen }: Drawn): void {
  const span = steps.find(({ index }) => index === chosen)?.span;
  const middle = span && span.start_ms + span.duration_ms / 2;
  const at = middle !== undefined && middle >= range.from && middle <= range.to ? middle : undefined;
  show(zoomed(range, by, whole, at), whole);
}

/** Shows what is before or behind. */
export function moveBy(by: number, { range, whole }: Drawn): void {
  show(moved(range, by, whole), whole);
}

/** Goes from the chosen span to another one of those that are found. */
export function step(by: number, { found, chosen }: Drawn): void {
  const at = found.findIndex(({ index }) => index === chosen);
  const next = at < 0 ? (by > 0 ? 0 : found.length - 1) : Math.min(Math.max(at + by, 0), found.length - 1);
  choose(found[next]);
}
