// A turn as it happens: what its events say so far. Pure. Events come once or more often, by number: what is known
// already is skipped, and what is not known is kept as it came.

import type { MessageToolCall, Problem, SessionEvent, Turn, UnknownEvent } from "astra-client";

/** A call of a tool, as far as it is known. */
export interface LiveCall {
  readonly callId: string;
  readonly tool: string;
  /** JSON as text while it is written, then the value. */
  readonly argumentsText: string;
  readonly arguments: unknown;
  readonly result: { readonly content: string; readonly isError: boolean; readonly elapsedMs: number } | undefined;
  readonly approval: { readonly id: string; readonly expiresAt: string } | undefined;
}

/** A turn that is going on, or ended a moment ago. */
export interface LiveTurn {
  readonly id: string;
  /** The number of the last event. */
  readonly seq: number;
  readonly status: string;
  readonly text: string;
  readonly calls: readonly LiveCall[];
  /** Calls that wait for results of the caller. */
  readonly required: { readonly calls: readonly MessageToolCall[]; readonly expiresAt: string } | undefined;
  readonly problem: Problem | undefined;
  readonly turn: Turn | undefined;
  /** Events of kinds that this console does not know. */
  readonly unknown: readonly unknown[];
}

export type TurnEvent = SessionEvent | UnknownEvent | { readonly type: string };

export function newTurn(id: string): LiveTurn {
  const nothing = { required: undefined, problem: undefined, turn: undefined };
  return { id, seq: 0, status: "running", text: "", calls: [], unknown: [], ...nothing };
}

/** Whether nothing comes any more. */
export function isOver(turn: LiveTurn): boolean {
  return turn.turn !== undefined || turn.problem !== undefined;
}

function withCall(turn: LiveTurn, callId: string, tool: string, change: (call: LiveCall) => Partial<LiveCall>): LiveCall[] {
  const found = turn.calls.find((call) => call.callId === callId);
  const before: LiveCall = found ?? {
    callId,
    tool,
    argumentsText: "",
    arguments: undefined,
    result: undefined,
    approval: undefined,
  };
  const after = { ...before, ...change(before) };
  return found === undefined ? [...turn.calls, after] : turn.calls.map((call) => (call === found ? after : call));
}

/** The turn after an event. */
export function applied(turn: LiveTurn, event: SessionEvent | UnknownEvent): LiveTurn {
  if (event.type === "unknown") return { ...turn, unknown: [...turn.unknown.slice(-49), event] };
  if (event.type === "turn_started") return { ...turn, status: event.turn.status };
  if (event.turn_id !== turn.id || event.seq <= turn.seq) return turn;
  const next = { ...turn, seq: event.seq };
  switch (event.type) {
    case "session_resolved":
      return next;
    case "content":
      return { ...next, status: "running", text: turn.text + event.delta };
    case "tool_call": {
      const add = (call: LiveCall): Partial<LiveCall> => ({ argumentsText: call.argumentsText + event.arguments_delta });
      return { ...next, calls: withCall(turn, event.call_id, event.tool, add) };
    }
    case "tool_call_complete":
      return { ...next, calls: withCall(turn, event.call_id, event.tool, () => ({ arguments: event.arguments })) };
    case "approval_required": {
      const approval = { id: event.approval_id, expiresAt: event.expires_at };
      const calls = withCall(turn, event.call_id, event.tool, () => ({ arguments: event.arguments, approval }));
      return { ...next, status: "awaiting_approval", calls };
    }
    case "tool_result": {
      const result = { content: event.content, isError: event.is_error, elapsedMs: event.elapsed_ms };
      const calls = withCall(turn, event.call_id, "", () => ({ result, approval: undefined }));
      const required = calls.every((call) => call.result !== undefined) ? undefined : turn.required;
      return { ...next, status: "running", calls, required };
    }
    case "results_required":
      return { ...next, status: "awaiting_results", required: { calls: event.calls, expiresAt: event.expires_at } };
    case "done":
      return { ...next, status: event.turn.status, turn: event.turn, required: undefined };
    case "error":
      return { ...next, status: "failed", problem: event.problem, required: undefined };
    default:
      return { ...next, unknown: [...turn.unknown, event] };
  }
}

/** The sentences of a text that are complete, and where the rest begins: what is read aloud is read by sentence. */
export function sentencesFrom(text: string, from: number): { readonly sentences: string; readonly at: number } {
  const rest = text.slice(from);
  const end = Math.max(...[". ", "! ", "? ", ".\n", "!\n", "?\n", "\n\n"].map((mark) => rest.lastIndexOf(mark)));
  return end < 0 ? { sentences: "", at: from } : { sentences: rest.slice(0, end + 1), at: from + end + 1 };
}
