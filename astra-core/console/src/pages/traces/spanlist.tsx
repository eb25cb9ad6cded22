// The spans as a table, by their beginning or by how long they took.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import { href, place } from "../../frame/router.tsx";
import { count } from "../../parts/number.ts";
import { Table } from "../../parts/table.tsx";
import { Text } from "../../parts/text.tsx";
import { exactMs, isWithin } from "./spans.ts";
import type { Drawn } from "./view.ts";

/** Rows that are drawn at once. */
const ROWS = 100;

export function SpanList({ of }: { of: Drawn }): VNode {
  const { parts, query } = place.value;
  const most = useSignal(ROWS);
  const isByTime = query["sort"] === "duration";
  const within = of.found.filter((it) => isWithin(it, of.range));
  const rows = isByTime ? within.toSorted((one, other) => other.span.duration_ms - one.span.duration_ms) : within;
  const left = rows.length - most.value;
  return (
    <>
      <p class="small sorts">
        {count(rows.length)} {rows.length === 1 ? "span" : "spans"}, by{" "}
        <a href={href("traces", parts, { ...query, sort: undefined })} aria-current={isByTime ? undefined : "true"}>
          beginning
        </a>{" "}
        or{" "}
        <a href={href("traces", parts, { ...query, sort: "duration" })} aria-current={isByTime ? "true" : undefined}>
          duration
        </a>
      </p>
      <Table
        title="Spans"
        rows={rows.slice(0, most.value)}
        id={({ index }) => String(index)}
        link={({ index }) => href("traces", parts, { ...query, span: index })}
        columns={[
          { title: "Span", cell: ({ title }) => <Text>{title}</Text> },
          { title: "Began", cell: ({ span }) => exactMs(span.start_ms), isNumber: true },
          { title: "Took", cell: ({ span }) => exactMs(span.duration_ms), isNumber: true },
          {
            title: "First content",
            cell: ({ span }) => (span.first_content_ms == null ? "–" : exactMs(span.first_content_ms)),
            isNumber: true,
            isWide: true,
          },
          { title: "Provider", cell: ({ span }) => (span.provider ? <Text>{span.provider}</Text> : "–"), isWide: true },
          {
            title: "Result",
            cell: ({ span }) =>
              span.error == null ? (
                "done"
              ) : (
                <span class="bad">
                  failed: <Text>{span.error}</Text>
                </span>
              ),
          },
        ]}
      />
      {left > 0 && (
        <button type="button" onClick={() => (most.value += ROWS)}>
          Show {count(Math.min(left, ROWS))} more of {count(left)}
        </button>
      )}
    </>
  );
}
