// One trace: how the turn went, where its time was spent, and its spans as waterfall, list, flame and JSON.

import type { VNode } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { TraceDetail } from "astra-client";
import { client } from "../../frame/client.ts";
import { type KeyAction, useKeys } from "../../frame/keyboard.ts";
import { attempt, Problem, say } from "../../frame/notices.tsx";
import { go, href, place, setQuery } from "../../frame/router.tsx";
import { Action } from "../../parts/action.tsx";
import { Json } from "../../parts/code.tsx";
import { Id } from "../../parts/copy.tsx";
import { Shown } from "../../parts/empty.tsx";
import { Tabs, useTab } from "../../parts/menu.tsx";
import { count, usd } from "../../parts/number.ts";
import { useResource } from "../../parts/resource.ts";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";
import { runAgain } from "./again.ts";
import { Flame, Strip } from "./flame.tsx";
import { listed, StatusTag } from "./list.tsx";
import { SpanPanel } from "./span.tsx";
import { SpanList } from "./spanlist.tsx";
import { exactMs, foundBy, saidIn, stepsOf, wholeOf } from "./spans.ts";
import { SplitNamed } from "./split.tsx";
import { chosenNow, type Drawn, moveBy, rangeNow, show, step, zoomBy } from "./view.ts";
import { Waterfall } from "./waterfall.tsx";

const views = [
  ["waterfall", "Waterfall"],
  ["list", "List"],
  ["flame", "Flame"],
  ["json", "JSON"],
] as const;

export function One({ id }: { id: string }): VNode {
  const trace = useResource("traces.get", { id }, (options) => client.traces.get(id, options));
  return (
    <>
      <p>
        <a href={href("traces")}>All traces</a>
      </p>
      <Shown of={trace}>
        {(data) => (
          <>
            <Head trace={data} />
            <SplitNamed time={data.time} />
            <Facts trace={data} />
            <Spans trace={data} />
          </>
        )}
      </Shown>
    </>
  );
}

/** The trace beside this one: in the list that was shown last, else in the session. */
async function beside(trace: TraceDetail, by: number): Promise<void> {
  let ids = listed.peek();
  if (!ids.includes(trace.trace_id)) {
    const { items } = await client.traces.list({ sessionId: trace.session_id, limit: 200 });
    ids = items.map((it) => it.trace_id);
    listed.value = ids;
  }
  const next = ids[ids.indexOf(trace.trace_id) + by];
  if (next === undefined) say(by > 0 ? "There is no older trace in the list." : "There is no newer trace in the list.");
  else go(href("traces", [next], { view: place.peek().query["view"] }));
}

function Head({ trace }: { trace: TraceDetail }): VNode {
  const older = (): Promise<void> => beside(trace, 1);
  const newer = (): Promise<void> => beside(trace, -1);
  useKeys([
    { key: "[", title: "Newer trace", run: () => void attempt(newer), isAction: true },
    { key: "]", title: "Older trace", run: () => void attempt(older), isAction: true },
  ]);
  const isUnsaid = trace.messages === null && "This gateway does not show what was said in turns (traces.content is off).";
  return (
    <>
      <div class="heading">
        <h1 class="question">
          <Text>{trace.question || "(no text)"}</Text>
        </h1>
        <StatusTag status={trace.status} />
      </div>
      <div class="buttons">
        <a class="button" href={href("sessions", [trace.session_id])}>
          To the session
        </a>
        <a class="button" href={href("chat", [trace.session_id])}>
          Open in Chat
        </a>
        <Action op={["sessions.fork", "sessions.create", "chat.stream"]} isOff={isUnsaid} onPress={() => runAgain(trace)}>
          Run again in Chat with version {trace.agent_version}
        </Action>
        <Action op="traces.list" kind="plain" onPress={newer}>
          Newer trace
        </Action>
        <Action op="traces.list" kind="plain" onPress={older}>
          Older trace
        </Action>
      </div>
      {trace.error != null && (
        <Problem error={{ title: "The turn did not complete", detail: trace.error.message, code: trace.error.code }} />
      )}
    </>
  );
}

function Facts({ trace }: { trace: TraceDetail }): VNode {
  return (
    <details class="trace-facts" open={innerWidth > 720}>
      <summary>About the turn</summary>
      <dl class="facts">
        <dt>Trace</dt>
        <dd>
          <Id id={trace.trace_id} />
        </dd>
        <dt>Agent</dt>
        <dd>
          <a href={href("agents", [trace.agent_id])}>{trace.agent_id}</a>, version {trace.agent_version}
          {trace.model != null && (
            <>
              , <Text>{`${trace.provider ?? ""} ${trace.model}`}</Text>
            </>
          )}
        </dd>
        <dt>Used</dt>
        <dd>
          {count(trace.usage.input_tokens)} + {count(trace.usage.output_tokens)} tokens, {usd(trace.usage.cost_usd)}
        </dd>
        <dt>Began</dt>
        <dd>
          <Time of={trace.created_at} isExact />, took {exactMs(trace.time.total_ms)}
        </dd>
        <dt>User</dt>
        <dd>
          <code>{trace.user_id}</code>
        </dd>
        {trace.request_id != null && (
          <>
            <dt>Request</dt>
            <dd>
              <Id id={trace.request_id} />
            </dd>
          </>
        )}
        {trace.trace_parent !== null && (
          <>
            <dt>Trace Context</dt>
            <dd>
              <Id id={trace.trace_parent} />
            </dd>
          </>
        )}
        {trace.parent_turn_id != null && (
          <>
            <dt>Begun by</dt>
            <dd>
              <a href={href("traces", [trace.parent_turn_id.replace("trn_", "trc_")])}>the turn of another agent</a>
            </dd>
          </>
        )}
        <dt>Remembered</dt>
        <dd>
          <a href={href("memory", [], { session_id: trace.session_id })}>memories of its session</a>
        </dd>
      </dl>
    </details>
  );
}

function keysOf(of: Drawn, find: () => void): KeyAction[] {
  return [
    { key: "+", title: "Zoom in", run: () => zoomBy(0.5, of) },
    { key: "-", title: "Zoom out", run: () => zoomBy(2, of) },
    { key: "0", title: "The whole turn", run: () => show(of.whole, of.whole) },
    { key: "/", title: "Find in the trace", run: find },
  ];
}

const rowKeys = (of: Drawn): KeyAction[] => [
  { key: "j", title: "Next span", run: () => step(1, of) },
  { key: "k", title: "Previous span", run: () => step(-1, of) },
];

function Spans({ trace }: { trace: TraceDetail }): VNode {
  const view = useTab(views, "view");
  const { find = "" } = place.value.query;
  const steps = useMemo(() => stepsOf(trace.spans ?? []), [trace]);
  const said = useMemo(() => saidIn(trace, steps), [trace]);
  const found = useMemo(() => foundBy(find, steps, said), [trace, find]);
  const whole = useMemo(() => wholeOf(trace), [trace]);
  const range = rangeNow(whole);
  const chosen = chosenNow();
  const of = useMemo(
    (): Drawn => ({ steps, found, whole, range, chosen, said }),
    [steps, found, whole, range.from, range.to, chosen],
  );
  const field = useRef<HTMLInputElement>(null);
  // The table of the list has `j` and `k` of its own.
  useKeys([...keysOf(of, () => field.current?.focus()), ...(view === "list" ? [] : rowKeys(of))]);
  useDrawnMark(view);
  if (trace.spans === null) {
    return (
      <p class="empty">The spans of this turn are not kept any more (traces.keep_days). The conversation is in its session.</p>
    );
  }
  return (
    <section aria-label="Step by step">
      <Tabs label="Spans as" tabs={views} name="view" />
      {view === "json" ? (
        <Json value={trace} label="the trace, as the gateway answers it" />
      ) : (
        <>
          <Tools of={of} field={field} find={find} />
          <Strip of={of} />
          <div class="trace-halves">
            <div>
              {view === "waterfall" && <Waterfall of={of} />}
              {view === "list" && <SpanList of={of} />}
              {view === "flame" && <Flame of={of} />}
            </div>
            <SpanPanel of={of} trace={trace} />
          </div>
        </>
      )}
    </section>
  );
}

/** Says to programs that measure when a view was drawn. */
function useDrawnMark(view: string): void {
  useEffect(() => {
    requestAnimationFrame(() => setTimeout(() => performance.mark(`trace drawn: ${view}`)));
  }, [view]);
}

interface ToolsProps {
  readonly of: Drawn;
  readonly field: { current: HTMLInputElement | null };
  readonly find: string;
}

function Tools({ of, field, find }: ToolsProps): VNode {
  const isWhole = of.range.from === of.whole.from && of.range.to === of.whole.to;
  return (
    <div class="filters" role="search" aria-label="Find and zoom">
      <label class="filter">
        <span>Find in the trace</span>
        <input
          ref={field}
          type="search"
          value={find}
          onInput={(event) => setQuery({ find: event.currentTarget.value }, true)}
        />
      </label>
      <span role="status" class="small faint">
        {find !== "" && `${count(of.found.length)} of ${count(of.steps.length)} spans`}
      </span>
      <div class="choices" role="group" aria-label="Zoom; or drag over the strip">
        <button type="button" onClick={() => zoomBy(0.5, of)}>
          Zoom in
        </button>
        <button type="button" aria-disabled={isWhole} onClick={() => zoomBy(2, of)}>
          Zoom out
        </button>
        <button type="button" aria-disabled={isWhole} onClick={() => moveBy(-0.5, of)}>
          Earlier
        </button>
        <button type="button" aria-disabled={isWhole} onClick={() => moveBy(0.5, of)}>
          Later
        </button>
        <button type="button" aria-disabled={isWhole} onClick={() => show(of.whole, of.whole)}>
          Whole turn
        </button>
      </div>
      <span class="small faint">
        {exactMs(of.range.from)} to {exactMs(of.range.to)}
      </span>
    </div>
  );
}
