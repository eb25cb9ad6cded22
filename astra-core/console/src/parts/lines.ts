// Which lines two texts share (Myers, 1986). Pure.

/** A line of a difference. */
export interface DiffLine {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
  /** The line's number in the first and in the second text, from 1. */
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/** Texts that differ in more lines than this are shown as wholly replaced. */
const STEPS_MAX = 600;

export function diffLines(before: string, after: string): DiffLine[] {
  const one = before === "" ? [] : before.split("\n");
  const other = after === "" ? [] : after.split("\n");
  const trace = traceOf(one, other);
  if (trace === undefined) {
    return [
      ...one.map((text, index): DiffLine => ({ kind: "removed", text, before: index + 1, after: undefined })),
      ...other.map((text, index): DiffLine => ({ kind: "added", text, before: undefined, after: index + 1 })),
    ];
  }
  const lines: DiffLine[] = [];
  let x = one.length;
  let y = other.length;
  for (let step = trace.length - 1; step >= 0; step--) {
    const furthest = trace[step] as Map<number, number>;
    const k = x - y;
    const down = k === -step || (k !== step && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1));
    const previousK = down ? k + 1 : k - 1;
    const previousX = step === 0 ? 0 : (furthest.get(previousK) ?? 0);
    const previousY = step === 0 ? 0 : previousX - previousK;
    while (x > previousX && y > previousY) {
      lines.push({ kind: "same", text: one[x - 1] ?? "", before: x, after: y });
      x--;
      y--;
    }
    if (step === 0) break;
    if (down) lines.push({ kind: "added", text: other[y - 1] ?? "", before: undefined, after: y });
    else lines.push({ kind: "removed", text: one[x - 1] ?? "", before: x, after: undefined });
    x = previousX;
    y = previousY;
  }
  return lines.reverse();
}

/** For each number of changes, how far each diagonal reaches before it. */
function traceOf(one: readonly string[], other: readonly string[]): Map<number, number>[] | undefined {
  const trace: Map<number, number>[] = [];
  let furthest = new Map<number, number>([[1, 0]]);
  for (let step = 0; step <= Math.min(one.length + other.length, STEPS_MAX); step++) {
    trace.push(new Map(furthest));
    for (let k = -step; k <= step; k += 2) {
      const down = k === -step || (k !== step && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1));
      let x = down ? (furthest.get(k + 1) ?? 0) : (furthest.get(k - 1) ?? 0) + 1;
      while (x < one.length && x - k < other.length && one[x] === other[x - k]) x++;
      furthest.set(k, x);
      if (x >= one.length && x - k >= other.length) return trace;
    }
  }
  return undefined;
}

/** Only lines near a change; a number stands for lines that were left out. */
export function folded(lines: readonly DiffLine[], around = 3): (DiffLine | number)[] {
  const near = new Set<number>();
  lines.forEach((line, index) => {
    if (line.kind === "same") return;
    for (let at = index - around; at <= index + around; at++) near.add(at);
  });
  const parts: (DiffLine | number)[] = [];
  let skipped = 0;
  lines.forEach((line, index) => {
    if (!near.has(index)) skipped++;
    else {
      if (skipped > 0) parts.push(skipped);
      skipped = 0;
      parts.push(line);
    }
  });
  if (skipped > 0) parts.push(skipped);
  return parts;
}
