// The turn that is going on: what it says, which tools it calls, what it waits for.

import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { Problem } from "../../frame/notices.tsx";
import { Json } from "../code.tsx";
import { Markdown } from "../markdown.tsx";
import { Text } from "../text.tsx";
import { Call, Required } from "./call.tsx";
import { isOver, type LiveTurn, sentencesFrom } from "./turn.ts";

export function Live({ turn, agent }: { turn: LiveTurn; agent: string }): VNode {
  const waits = turn.text === "" && turn.calls.length === 0 && !isOver(turn);
  return (
    <article class="message" tabIndex={-1} aria-busy={!isOver(turn)}>
      <header>
        <h3>
          <Text>{agent}</Text>
        </h3>
        {!isOver(turn) && <span class="small faint">{turn.status.replaceAll("_", " ")}</span>}
      </header>
      {turn.calls.map((call) => (
        <Call
          key={call.callId}
          call={{
            call_id: call.callId,
            tool: call.tool,
            arguments: call.arguments ?? call.argumentsText,
            result: call.result && { content: call.result.content, is_error: call.result.isError },
            approval: call.approval,
            isRunning: call.result === undefined && !isOver(turn),
          }}
        />
      ))}
      {waits ? <p class="faint">…</p> : <Markdown text={turn.text} />}
      {turn.required !== undefined && <Required turnId={turn.id} of={turn.required} />}
      {turn.problem !== undefined && <Problem error={turn.problem} />}
      {turn.turn?.error != null && <Problem error={new Error(turn.turn.error.message)} />}
      {turn.unknown.length > 0 && (
        <details>
          <summary>{turn.unknown.length} events that this console does not know</summary>
          <Json value={turn.unknown} />
        </details>
      )}
      <Aloud turn={turn} />
    </article>
  );
}

/** What comes is read aloud by sentence, not by word. */
function Aloud({ turn }: { turn: LiveTurn }): VNode {
  const at = useRef(0);
  const said = useSignal("");
  useEffect(() => {
    const found = isOver(turn) ? { sentences: turn.text.slice(at.current), at: turn.text.length } : sentencesFrom(turn.text, at.current);
    at.current = found.at;
    if (found.sentences !== "") said.value = found.sentences.slice(0, 2_000);
  }, [turn]);
  return (
    <div class="unseen" aria-live="polite" aria-atomic="true">
      {said.value}
    </div>
  );
}
