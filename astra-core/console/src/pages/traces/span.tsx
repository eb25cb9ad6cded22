// One span: what it is, what went in and what came out.

import type { ComponentChildren, VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Message, SpanMemory, TraceDetail } from "astra-client";
import { href } from "../../frame/router.tsx";
import { Code } from "../../parts/code.tsx";
import { count } from "../../parts/number.ts";
import { firstPart, Text } from "../../parts/text.tsx";
import { type Called, exactMs, plainText, type Step } from "./spans.ts";
import { type Drawn, step as goTo } from "./view.ts";

const about: Readonly<Record<string, string>> = {
  queue: "Waiting behind other turns of the session.",
  context: "Putting together what the model reads.",
  memory: "Searching memory for what belongs to the question.",
  compaction: "Summarising older messages of the session.",
  inference: "One try of one model. Retries and fallbacks are spans of their own.",
  tool: "One call of a tool.",
  approval: "Waiting until a person allows the calls.",
  results: "Waiting until the caller gives the results of its own tools.",
  storage: "Writing to the store.",
};

export function SpanPanel({ of, trace }: { of: Drawn; trace: TraceDetail }): VNode {
  const chosen = of.steps.find(({ index }) => index === of.chosen);
  return (
    <aside class="span-panel" aria-labelledby="span-title">
      <div aria-live="polite">
        <h2 id="span-title">
          {chosen === undefined ? "No span is chosen" : <Text>{chosen.title}</Text>}
          {chosen !== undefined && <span class="unseen"> took {exactMs(chosen.span.duration_ms)}</span>}
        </h2>
      </div>
      <div class="buttons">
        <button type="button" onClick={() => goTo(-1, of)}>
          Previous span
        </button>
        <button type="button" onClick={() => goTo(1, of)}>
          Next span
        </button>
      </div>
      {chosen === undefined ? (
        <p class="faint">Choose a span to see what went in and what came out: by a click, or with the keys j and k.</p>
      ) : (
        <Chosen key={chosen.index} of={of} step={chosen} trace={trace} />
      )}
    </aside>
  );
}

function Chosen({ of, step, trace }: { of: Drawn; step: Step; trace: TraceDetail }): VNode {
  const { span } = step;
  return (
    <>
      <p class="small">{about[span.name] ?? "This console does not know what such a span is."}</p>
      <dl class="facts">
        <Fact title="Began">{exactMs(span.start_ms)} after the question</Fact>
        <Fact title="Took">{exactMs(span.duration_ms)}</Fact>
        {span.first_content_ms != null && <Fact title="First content">after {exactMs(span.first_content_ms)}</Fact>}
        {span.provider && (
          <Fact title="Provider">
            <Text>{span.provider}</Text>
          </Fact>
        )}
        {span.model && (
          <Fact title="Model">
            <Text>{span.model}</Text>
          </Fact>
        )}
        {span.tool && (
          <Fact title="Tool">
            <Text>{span.tool}</Text>
          </Fact>
        )}
        {span.messages_sent != null && (
          <Fact title="Messages">
            {count(span.messages_sent)} sent, {count(span.messages_left_out ?? 0)} left out
          </Fact>
        )}
      </dl>
      {span.error != null && (
        <div class="problem">
          <strong>It failed.</strong> <Cut text={span.error} />
        </div>
      )}
      {span.memories != null && <Memories of={span.memories} />}
      <InAndOut of={of} step={step} trace={trace} />
    </>
  );
}

function Fact({ title, children }: { title: string; children: ComponentChildren }): VNode {
  return (
    <>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </>
  );
}

function InAndOut({ of, step, trace }: { of: Drawn; step: Step; trace: TraceDetail }): VNode | null {
  const { name } = step.span;
  const { read, answer, calls, likely } = of.said(step);
  if (name === "memory" && trace.question !== "")
    return (
      <Part title="Input">
        <Cut text={trace.question} />
      </Part>
    );
  if (!["inference", "tool", "approval", "results"].includes(name)) {
    return <p class="small faint">Such a span has no words of its own.</p>;
  }
  if (trace.messages === null) {
    return <p class="small faint">This gateway does not show what was said in turns (traces.content is off).</p>;
  }
  if (name !== "inference") return <Calls calls={calls} likely={likely} />;
  if (step.depth > 0) return <p class="small faint">A call for a summary: its words are in the session's summary.</p>;
  return (
    <>
      <Part title="Input">
        <p class="small faint">
          The messages of the turn until here. Before them the model read its instructions and{" "}
          <a href={href("sessions", [trace.session_id])}>the session's messages</a>.
        </p>
        {read.map((message) => (
          <Said key={message.id} message={message} />
        ))}
      </Part>
      <Part title="Output">{answer === undefined ? <p class="faint">There is none.</p> : <Said message={answer} />}</Part>
    </>
  );
}

function Part({ title, children }: { title: string; children: ComponentChildren }): VNode {
  return (
    <>
      <h3>{title}</h3>
      {children}
    </>
  );
}

/** Messages, and calls, that are drawn at once. */
const SHOWN = 10;

function Said({ message }: { message: Message }): VNode {
  const most = useSignal(SHOWN);
  const calls = message.tool_calls.map(({ call_id, tool, arguments: given }) => ({
    id: call_id,
    title: `calls ${tool}`,
    text: textOf(given),
  }));
  const results = message.tool_results.map(({ call_id, content, is_error }) => ({
    id: call_id,
    title: is_error ? "failed" : "result",
    text: content,
  }));
  const rest = [...calls, ...results];
  return (
    <div class="said">
      <p class="small faint">{message.role}</p>
      {rest.length === 0 && <Cut text={plainText(message.content)} />}
      {rest.slice(0, most.value).map(({ id, title, text }) => (
        <div key={id + title}>
          <p class="small faint">
            <Text>{title}</Text> <Text>{id}</Text>
          </p>
          <Cut text={text} />
        </div>
      ))}
      {rest.length > most.value && (
        <button type="button" class="plain" onClick={() => (most.value = rest.length)}>
          All {count(rest.length)}
        </button>
      )}
    </div>
  );
}

function Calls({ calls, likely }: { calls: readonly Called[]; likely: Called | undefined }): VNode {
  const most = useSignal(likely === undefined ? SHOWN : 0);
  if (calls.length === 0) return <p class="faint">What was called is not among the messages of the turn.</p>;
  if (calls.length === 1) return <OneCall of={calls[0]} />;
  return (
    <>
      <p class="small faint">
        {likely === undefined
          ? `A trace does not name the call: it is one of the ${count(calls.length)} of this round.`
          : `A trace does not name the call: by the order in which they began, it is this one of the ${count(calls.length)} of its round.`}
      </p>
      {likely !== undefined && <OneCall of={likely} isNamed />}
      {calls.slice(0, most.value).map((it) => (
        <OneCall key={it.call.call_id} of={it} isNamed />
      ))}
      {calls.length > most.value && (
        <button type="button" class="plain" onClick={() => (most.value = calls.length)}>
          All {count(calls.length)} calls of the round
        </button>
      )}
    </>
  );
}

function OneCall({ of, isNamed = false }: { of: Called | undefined; isNamed?: boolean }): VNode | null {
  if (of === undefined) return null;
  const { call, result } = of;
  return (
    <>
      {isNamed && (
        <p>
          <Text>{call.tool}</Text>{" "}
          <span class="small faint">
            <Text>{call.call_id}</Text>
          </span>
        </p>
      )}
      <Part title="Input">
        <Cut text={textOf(call.arguments)} />
      </Part>
      <Part title={result?.is_error ? "Output: it failed" : "Output"}>
        {result === undefined ? <p class="faint">There is none.</p> : <Cut text={result.content} />}
      </Part>
    </>
  );
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value, null, 2));

/** Characters that are shown before one asks for all. */
const CUT = 600;

/** The beginning of a text, and all of it on request. */
function Cut({ text }: { text: string }): VNode {
  const isWhole = useSignal(false);
  if (isWhole.value) return <Code text={text} />;
  return (
    <>
      <div class="cut as-is">
        <Text>{text.length > CUT ? `${firstPart(text, CUT)} …` : text}</Text>
      </div>
      {text.length > CUT && (
        <button type="button" class="plain" onClick={() => (isWhole.value = true)}>
          All {count(text.length)} characters
        </button>
      )}
    </>
  );
}

function Memories({ of }: { of: readonly SpanMemory[] }): VNode {
  if (of.length === 0) return <p class="faint">Nothing of memory was given to the model.</p>;
  const place = (rank: number | null | undefined): string => (rank == null ? "–" : String(rank));
  return (
    <div class="scrolls" role="region" aria-label="Memories that the model was given" tabIndex={0}>
      <table>
        <caption class="unseen">Memories that the model was given, best first, with their places</caption>
        <thead>
          <tr>
            {["Memory", "Score", "Words", "Meaning", "Graph"].map((title) => (
              <th key={title} scope="col" class={title === "Memory" ? undefined : "number"}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {of.map((memory) => (
            <tr key={memory.id}>
              <td>
                <a
                  href={
                    memory.tier === "session"
                      ? href("traces", [memory.id.replace("trn_", "trc_")])
                      : href("memory", [memory.id])
                  }
                >
                  {memory.tier} {memory.id}
                </a>
              </td>
              <td class="number">{memory.score.toFixed(2)}</td>
              <td class="number">{place(memory.text_rank)}</td>
              <td class="number">{place(memory.vector_rank)}</td>
              <td class="number">{place(memory.graph_rank)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
