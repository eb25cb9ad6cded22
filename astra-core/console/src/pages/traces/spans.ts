// The spans of a trace as they are drawn: in order, in lanes, found by words, and with what was said in them. Pure.

import type { Message, MessageContent, MessageToolCall, MessageToolResult, TraceDetail, TraceSpan } from "astra-client";

/** What the time of a span counts as, which is also its colour. */
export type Part = "provider" | "tool" | "storage" | "waiting" | "gateway";

export const parts: readonly Part[] = ["provider", "tool", "storage", "waiting", "gateway"];

/** The number of a part's colour. */
export const colorOf = (part: Part): number => parts.indexOf(part) + 1;

/** A span in its place. */
export interface Step {
  /** Its place in the trace as it came. */
  readonly index: number;
  readonly span: TraceSpan;
  readonly part: Part;
  readonly title: string;
  /** 1 within another span, such as the model's call of a compaction. */
  readonly depth: number;
  /** The row of the flame: spans of one row do not overlap. */
  readonly lane: number;
}

/** A stretch of a turn, in milliseconds. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

const partsOfStages: Readonly<Record<string, Part>> = {
  inference: "provider",
  tool: "tool",
  storage: "storage",
  queue: "waiting",
  approval: "waiting",
  results: "waiting",
};

const end = (span: TraceSpan): number => span.start_ms + span.duration_ms;

function titleOf(span: TraceSpan): string {
  const what = span.tool ?? span.model ?? span.provider;
  return what ? `${span.name} ${what}` : span.name;
}

/** The spans by their beginning, the longer first; each with the first lane that is free. */
export function stepsOf(spans: readonly TraceSpan[]): Step[] {
  const order = spans.map((span, index) => ({ span, index }));
  order.sort(
    (one, other) => one.span.start_ms - other.span.start_ms || end(other.span) - end(one.span) || one.index - other.index,
  );
  const lanes: number[] = [];
  let around: TraceSpan | undefined;
  return order.map(({ span, index }): Step => {
    const isWithin = around !== undefined && span.start_ms >= around.start_ms && end(span) <= end(around);
    if (span.name === "compaction") around = span;
    const depth = isWithin && span.name !== "compaction" ? 1 : 0;
    let lane = depth;
    while ((lanes[lane] ?? 0) > span.start_ms) lane++;
    while (lanes.length <= lane) lanes.push(0);
    lanes[lane] = end(span);
    return { index, span, part: partsOfStages[span.name] ?? "gateway", title: titleOf(span), depth, lane };
  });
}

/** The rounds of a turn: each begins with asking a model, and has what follows until a model is asked again. */
export function roundsOf(steps: readonly Step[], whole: Range): Range[] {
  const starts: number[] = [];
  let last = "";
  for (const { span, depth } of steps) {
    if (depth > 0) continue;
    if (span.name === "inference" && last !== "inference") starts.push(span.start_ms);
    last = span.name;
  }
  return starts.map((from, at) => ({ from, to: starts[at + 1] ?? whole.to }));
}

/** The whole of a turn: as long as it took, or as its last span says. */
export function wholeOf(trace: TraceDetail): Range {
  const ends = (trace.spans ?? []).reduce((latest, span) => Math.max(latest, end(span)), trace.time.total_ms);
  return { from: 0, to: Math.max(ends, 0.001) };
}

/** The range that an address says, within the whole. */
export function rangeOf(text: string | undefined, whole: Range): Range {
  const [from = NaN, to = NaN] = (text ?? "").split("-").map(Number);
  const isRange = Number.isFinite(from) && Number.isFinite(to) && from < to && from < whole.to;
  return isRange ? { from: Math.max(from, 0), to: Math.min(to, whole.to) } : whole;
}

/** The range as an address says it; nothing for the whole. */
export function textOf(range: Range, whole: Range): string | null {
  const isWhole = range.from <= whole.from && range.to >= whole.to;
  return isWhole ? null : `${Number(range.from.toFixed(3))}-${Number(range.to.toFixed(3))}`;
}

/** The least that is shown: a microsecond is what spans are measured in. */
const LEAST_MS = 0.01;

/** A range of another size around the same middle, or around `at`; it stays within the whole. */
export function zoomed(range: Range, by: number, whole: Range, at?: number): Range {
  const size = Math.min(Math.max((range.to - range.from) * by, LEAST_MS), whole.to - whole.from);
  const middle = at ?? (range.from + range.to) / 2;
  const from = Math.min(Math.max(middle - size / 2, whole.from), whole.to - size);
  return { from, to: from + size };
}

/** The range beside this one, half of it further. */
export function moved(range: Range, by: number, whole: Range): Range {
  const size = range.to - range.from;
  const from = Math.min(Math.max(range.from + by * size, whole.from), whole.to - size);
  return { from, to: from + size };
}

export function isWithin({ span }: Step, range: Range): boolean {
  return span.start_ms <= range.to && end(span) >= range.from;
}

/** Some five round times of a range. */
export function ticksOf(range: Range): number[] {
  const rough = (range.to - range.from) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((it) => it * power >= rough) ?? 10) * power;
  const ticks: number[] = [];
  for (let at = Math.ceil(range.from / step); at * step <= range.to; at++) ticks.push(Number((at * step).toPrecision(12)));
  return ticks;
}

/** `0.75 ms`, `900 ms`, `2.40 s`: short spans are told apart too. */
export function exactMs(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return `${Number(ms.toFixed(ms < 10 ? 3 : 1))} ms`;
}

/** A call with its result. */
export interface Called {
  readonly call: MessageToolCall;
  readonly result: MessageToolResult | undefined;
}

/** What was said in a step. */
export interface Said {
  /** What the model read of the turn, the oldest first. */
  readonly read: readonly Message[];
  /** What the model answered. */
  readonly answer: Message | undefined;
  /** The calls that a step can be of: a trace does not tell calls of one tool in one round apart. */
  readonly calls: readonly Called[];
  /** Which of them it is by the order in which they began; nothing where that does not fit. */
  readonly likely: Called | undefined;
}

const nothing: Said = { read: [], answer: undefined, calls: [], likely: undefined };

/** What was said in each step, by the order of rounds: a call of a model that did not fail has one answer. */
export function saidIn(trace: TraceDetail, steps: readonly Step[]): (step: Step) => Said {
  const messages = trace.messages ?? [];
  const answers = messages.filter(({ role }) => role === "assistant");
  const results = new Map(messages.flatMap((it) => it.tool_results).map((result) => [result.call_id, result]));
  // How many calls of a model have been answered before each step.
  const answered = new Map<number, number>();
  let count = 0;
  for (const { span, depth, index } of steps) {
    answered.set(index, count);
    if (span.name === "inference" && depth === 0 && span.error == null) count++;
  }
  const called = new Map<string, readonly Called[]>();
  const callsOf = (round: number, tool: string | null | undefined): readonly Called[] => {
    const key = `${round} ${tool ?? ""}`;
    const found = called.get(key);
    if (found !== undefined) return found;
    const calls = (answers[round]?.tool_calls ?? []).filter((call) => tool == null || call.tool === tool);
    const made = calls.map((call) => ({ call, result: results.get(call.call_id) }));
    called.set(key, made);
    return made;
  };
  const roundOf = ({ index }: Step): number => (answered.get(index) ?? 0) - 1;
  const orders = new Map<string, number[]>();
  for (const step of steps) {
    if (step.span.name !== "tool") continue;
    const key = `${roundOf(step)} ${step.span.tool ?? ""}`;
    const order = orders.get(key) ?? [];
    order.push(step.index);
    orders.set(key, order);
  }
  return (step) => {
    const { name, tool, error } = step.span;
    if (name === "inference" && step.depth === 0) {
      const answer = answers[roundOf(step) + 1];
      const until = answer === undefined ? messages.length : messages.indexOf(answer);
      return { ...nothing, read: messages.slice(0, until), answer: error == null ? answer : undefined };
    }
    if (name !== "tool" && name !== "approval" && name !== "results") return nothing;
    const round = roundOf(step);
    const calls = callsOf(round, tool);
    const order = orders.get(`${round} ${tool ?? ""}`);
    const by = name === "tool" && order?.length === calls.length ? calls[order.indexOf(step.index)] : undefined;
    const isSame = by?.result === undefined || by.result.is_error === (error != null);
    return { ...nothing, calls, likely: isSame ? by : undefined };
  };
}

/** A message as plain text. */
export function plainText(content: MessageContent): string {
  if (typeof content === "string") return content;
  return content.map((part) => (part.type === "text" ? part.text : JSON.stringify(part))).join("\n");
}

/** The steps that hold all words, in their names or in what was said. */
export function foundBy(text: string, steps: readonly Step[], said: (step: Step) => Said): readonly Step[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return steps;
  const texts = new Map<unknown, string>();
  const inWords = (key: unknown, make: () => string): string => {
    const made = texts.get(key) ?? make().toLowerCase();
    texts.set(key, made);
    return made;
  };
  return steps.filter((step) => {
    const { answer, calls } = said(step);
    const { title, span } = step;
    const plain = `${title} ${span.provider ?? ""} ${span.error ?? ""}`.toLowerCase();
    const answered = answer === undefined ? "" : inWords(answer, () => plainText(answer.content));
    const called = inWords(calls, () =>
      calls.map((it) => `${JSON.stringify(it.call.arguments)} ${it.result?.content ?? ""}`).join("\n"),
    );
    return words.every((word) => plain.includes(word) || answered.includes(word) || called.includes(word));
  });
}
