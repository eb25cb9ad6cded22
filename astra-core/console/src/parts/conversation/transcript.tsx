// The transcript: each message an article with a heading, tools' calls folded, what each turn took below it.

import type { ComponentChildren, VNode } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { Message, MessageContent, Trace } from "astra-client";
import { useKeys } from "../../frame/keyboard.ts";
import { Problem } from "../../frame/notices.tsx";
import { href } from "../../frame/router.tsx";
import { Action } from "../action.tsx";
import { Loading } from "../empty.tsx";
import { Json } from "../code.tsx";
import { Markdown, Picture } from "../markdown.tsx";
import { count, usd } from "../number.ts";
import { Text } from "../text.tsx";
import { duration, Time } from "../time.tsx";
import { Call, type CallShown, Required } from "./call.tsx";
import type { Conversation } from "./conversation.ts";
import { isOver, type LiveTurn, sentencesFrom } from "./turn.ts";

interface TranscriptProps {
  readonly of: Conversation;
  /** What the agent is called. */
  readonly agent: string;
  /** What the person is called, whose session it is. */
  readonly person?: string | undefined;
  /** Whether it begins at its end. */
  readonly startsAtEnd?: boolean;
  /** More to do with a message: fork from it, say. */
  readonly actions?: ((message: Message) => ComponentChildren) | undefined;
}

export function Transcript({ of, agent, person = "You", startsAtEnd = true, actions }: TranscriptProps): VNode {
  const { messages, older, sent, live, error, isRead } = of;
  const end = useRef<HTMLDivElement>(null);
  useStickToEnd(end, `${messages.value.length} ${live.value?.seq ?? 0} ${sent.value !== undefined}`, startsAtEnd);
  useKeys([
    { key: "[", title: "The message before", run: () => step(-1) },
    { key: "]", title: "The message after", run: () => step(1) },
  ]);
  return (
    <div class="transcript">
      {error.value !== undefined && <Problem error={error.value} retry={() => void of.refresh()} />}
      {!isRead.value && error.value === undefined && <Loading />}
      {older.value !== undefined && (
        <p>
          <Action op="sessions.list_messages" onPress={() => of.readOlder()}>
            Earlier messages
          </Action>
        </p>
      )}
      <Messages messages={messages.value} traces={of.traces.value} agent={agent} person={person} actions={actions} />
      {sent.value !== undefined && (
        <article class="message mine" tabIndex={-1}>
          <h3>{person}</h3>
          <Content content={sent.value} />
        </article>
      )}
      {live.value !== undefined && <Live turn={live.value} agent={agent} isListed={hasAnswer(messages.value, live.value)} />}
      <div ref={end} />
    </div>
  );
}

/** Goes from message to message. */
function step(by: number): void {
  const articles = [...document.querySelectorAll<HTMLElement>("article.message")];
  const at = articles.findIndex((article) => article.contains(document.activeElement));
  const next = articles[at < 0 ? (by > 0 ? 0 : articles.length - 1) : at + by];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

const hasAnswer = (messages: readonly Message[], turn: LiveTurn): boolean =>
  isOver(turn) && messages.some((it) => it.turn_id === turn.id && it.role === "assistant");

/** Follows what comes while one is at the end, and leaves one alone elsewhere. */
function useStickToEnd(end: { current: HTMLElement | null }, moved: string, startsAtEnd: boolean): void {
  const isAtEnd = useRef(startsAtEnd);
  useEffect(() => {
    const scroll = (): void => {
      const { scrollHeight } = document.documentElement;
      isAtEnd.current = scrollHeight - scrollY - innerHeight < 160;
    };
    addEventListener("scroll", scroll, { passive: true });
    return () => removeEventListener("scroll", scroll);
  }, []);
  useEffect(() => {
    if (isAtEnd.current) end.current?.scrollIntoView({ block: "end" });
  }, [moved]);
}

interface MessagesProps {
  readonly messages: readonly Message[];
  readonly traces: ReadonlyMap<string, Trace>;
  readonly agent: string;
  readonly person: string;
  readonly actions: TranscriptProps["actions"];
}

/** Messages do not change once they are there: what was drawn stays. */
function Messages({ messages, traces, agent, person, actions }: MessagesProps): VNode {
  return useMemo(() => {
    const results = new Map(messages.flatMap((it) => it.tool_results.map((result) => [result.call_id, result] as const)));
    const last = new Map(messages.map((it) => [it.turn_id ?? it.id, it.id]));
    return (
      <>
        {messages
          .filter((message) => message.role !== "tool")
          .map((message) => {
            const trace = last.get(message.turn_id ?? message.id) === message.id ? traces.get(message.turn_id ?? "") : undefined;
            const calls = message.tool_calls.map((call): CallShown => ({ ...call, result: results.get(call.call_id) }));
            return <One key={message.id} {...{ message, calls, trace, agent, person, actions }} />;
          })}
      </>
    );
  }, [messages, traces, agent, person]);
}

interface OneProps {
  readonly message: Message;
  readonly calls: readonly CallShown[];
  readonly trace: Trace | undefined;
  readonly agent: string;
  readonly person: string;
  readonly actions: TranscriptProps["actions"];
}

function One({ message, calls, trace, agent, person, actions }: OneProps): VNode {
  const isMine = message.role === "user";
  const name = isMine ? person : message.role === "assistant" ? agent : message.role;
  return (
    <article class={isMine ? "message mine" : "message"} id={message.id} tabIndex={-1}>
      <header>
        <h3>
          <Text>{name}</Text>
        </h3>
        <span class="small faint">
          <Time of={message.created_at} />
        </span>
        <span class="fill" />
        {actions?.(message)}
      </header>
      <Content content={message.content} />
      {calls.map((call) => (
        <Call key={call.call_id} call={call} />
      ))}
      {trace !== undefined && <Took trace={trace} />}
    </article>
  );
}

/** A text, or parts of text and pictures. */
export function Content({ content }: { content: MessageContent }): VNode {
  if (typeof content === "string") return <Markdown text={content} />;
  return (
    <>
      {content.map((part, index) => {
        if (part.type === "text") return <Markdown key={index} text={part.text} />;
        if (part.type === "image_url") return <Picture key={index} address={part.image_url.url} text="" />;
        return <Json key={index} value={part} />;
      })}
    </>
  );
}

function Took({ trace }: { trace: Trace }): VNode {
  const isBad = trace.status === "failed";
  return (
    <p class="took small faint">
      {trace.status !== "completed" && <span class={isBad ? "tag bad" : "tag warn"}>{trace.status}</span>}{" "}
      {count(trace.usage.input_tokens)} + {count(trace.usage.output_tokens)} tokens, {usd(trace.usage.cost_usd)},{" "}
      {duration(trace.time.total_ms)}, <a href={href("traces", [trace.trace_id])}>trace</a>
    </p>
  );
}

/** The turn that is going on. */
function Live({ turn, agent, isListed }: { turn: LiveTurn; agent: string; isListed: boolean }): VNode | null {
  if (isListed) return null;
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
