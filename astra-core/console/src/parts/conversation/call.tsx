// A call of a tool, folded; the approval that it waits for; and results that the caller has to give.

import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { CallResult, MessageToolCall } from "astra-client";
import { client } from "../../frame/client.ts";
import { Action } from "../action.tsx";
import { Code, Json } from "../code.tsx";
import { Text } from "../text.tsx";

export interface CallShown {
  readonly call_id: string;
  readonly tool: string;
  readonly arguments: unknown;
  readonly result?: { readonly content: string; readonly is_error: boolean } | undefined;
  readonly approval?: { readonly id: string; readonly expiresAt: string } | undefined;
  readonly isRunning?: boolean | undefined;
}

export function Call({ call }: { call: CallShown }): VNode {
  const { approval, result, isRunning } = call;
  const state = approval ? "waits for approval" : isRunning ? "running" : result?.is_error ? "failed" : result ? "done" : "no result";
  const mark = approval ? "warn" : result?.is_error ? "bad" : result ? "good" : "";
  return (
    <details class="call" open={approval !== undefined}>
      <summary>
        Tool{" "}
        <code>
          <Text>{call.tool}</Text>
        </code>{" "}
        <span class={`tag ${mark}`}>{state}</span>
      </summary>
      <p class="small faint">Arguments</p>
      {typeof call.arguments === "string" ? <Code text={call.arguments} /> : <Json value={call.arguments} />}
      {approval !== undefined && <Approve id={approval.id} expiresAt={approval.expiresAt} />}
      {result !== undefined && (
        <>
          <p class="small faint">{result.is_error ? "It failed" : "Result"}</p>
          <Code text={result.content} />
        </>
      )}
    </details>
  );
}

/** The seconds that are left. */
export function Countdown({ to }: { to: string }): VNode {
  const left = useSignal(0);
  useEffect(() => {
    const tick = (): void => void (left.value = Math.max(0, Math.ceil((Date.parse(to) - Date.now()) / 1000)));
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [to]);
  return (
    <span role="timer" class="number">
      {left.value} s left
    </span>
  );
}

/** Approve or deny, in place. */
export function Approve({ id, expiresAt, onDone }: { id: string; expiresAt: string; onDone?: () => void }): VNode {
  const note = useSignal("");
  const decided = useSignal<string | undefined>(undefined);
  if (decided.value !== undefined) return <p>{decided.value}</p>;
  const decide = async (isApproved: boolean): Promise<void> => {
    const body = note.peek() === "" ? {} : { note: note.peek() };
    await (isApproved ? client.tools.approve(id, body) : client.tools.deny(id, body));
    decided.value = isApproved ? "Approved." : "Denied.";
    onDone?.();
  };
  return (
    <div class="approve">
      <label class="field">
        <span>Note (may be left out)</span>
        <input value={note.value} maxLength={1000} onInput={(event) => (note.value = event.currentTarget.value)} />
      </label>
      <div class="buttons">
        <Action op="tools.approve" kind="primary" onPress={() => decide(true)}>
          Approve
        </Action>
        <Action op="tools.deny" kind="danger" onPress={() => decide(false)}>
          Deny
        </Action>
        <Countdown to={expiresAt} />
      </div>
    </div>
  );
}

interface RequiredProps {
  readonly turnId: string;
  readonly of: { readonly calls: readonly MessageToolCall[]; readonly expiresAt: string };
}

/** The results of tools that the caller runs: here it is a person who gives them. */
export function Required({ turnId, of }: RequiredProps): VNode {
  const texts = useSignal<Readonly<Record<string, string>>>({});
  const failed = useSignal<Readonly<Record<string, boolean>>>({});
  const send = async (): Promise<void> => {
    const results = of.calls.map(
      ({ call_id }): CallResult => ({
        call_id,
        content: texts.peek()[call_id] ?? "",
        is_error: failed.peek()[call_id] ?? false,
      }),
    );
    // It is answered when the turn ends; what happens until then comes by events.
    await client.chat.submitResults(turnId, { results }, { timeout: 600_000 });
  };
  return (
    <section class="approve" aria-label="Results that the turn waits for">
      <p>
        The turn waits for results that you give. <Countdown to={of.expiresAt} />
      </p>
      {of.calls.map((call) => (
        <div key={call.call_id}>
          <label class="field">
            <span>
              Result of <code>{call.tool}</code>
            </span>
            <textarea
              rows={3}
              value={texts.value[call.call_id] ?? ""}
              onInput={(event) => (texts.value = { ...texts.peek(), [call.call_id]: event.currentTarget.value })}
            />
          </label>
          <label class="check">
            <input
              type="checkbox"
              checked={failed.value[call.call_id] ?? false}
              onChange={(event) => (failed.value = { ...failed.peek(), [call.call_id]: event.currentTarget.checked })}
            />
            <span>It failed</span>
          </label>
        </div>
      ))}
      <Action op="chat.submit_results" kind="primary" onPress={send}>
        Give {of.calls.length === 1 ? "the result" : "the results"}
      </Action>
    </section>
  );
}
