// Two texts, and what differs. Signs say it too, not only colours.

import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { type DiffLine, diffLines, folded } from "./lines.ts";
import { Pieces } from "./code.tsx";

const signs = { same: " ", removed: "−", added: "+" };
const words = { same: "", removed: "removed: ", added: "added: " };

export function Diff({ before, after, label }: { before: string; after: string; label: string }): VNode {
  const parts = useMemo(() => folded(diffLines(before, after)), [before, after]);
  if (before === after) return <p class="faint">Nothing differs.</p>;
  return (
    <pre class="diff" tabIndex={0} role="region" aria-label={label}>
      {parts.map((part) => (typeof part === "number" ? <Left count={part} /> : <Line line={part} />))}
    </pre>
  );
}

function Left({ count }: { count: number }): VNode {
  return (
    <div class="left-out">
      … {count} {count === 1 ? "line" : "lines"} the same …
    </div>
  );
}

function Line({ line: { kind, text, before, after } }: { line: DiffLine }): VNode {
  return (
    <div class={kind}>
      <span class="line-number" aria-hidden="true">
        {before ?? ""}
      </span>
      <span class="line-number" aria-hidden="true">
        {after ?? ""}
      </span>
      <span aria-hidden="true">{signs[kind]} </span>
      <span class="unseen">{words[kind]}</span>
      <Pieces text={text} />
    </div>
  );
}
