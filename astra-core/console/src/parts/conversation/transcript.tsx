// The transcript, in groups: a group that is not in sight costs nothing, and one whose messages are all there is not drawn
// again.

import type { ComponentChildren, VNode } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Message } from "astra-client";
import { useKeys } from "../../frame/keyboard.ts";
import { Problem } from "../../frame/notices.tsx";
import { Action } from "../action.tsx";
import { Loading } from "../empty.tsx";
import type { CallShown } from "./call.tsx";
import type { Conversation } from "./conversation.ts";
import { Live } from "./going.tsx";
import { Content, One } from "./message.tsx";
import { isOver, type LiveTurn } from "./turn.ts";

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
  const { groups, older, sent, error, isRead } = of;
  const whole = useRef<HTMLDivElement>(null);
  const end = useRef<HTMLDivElement>(null);
  useStickToEnd(whole, end, startsAtEnd);
  useKeys([
    { key: "[", title: "The message before", run: () => step(-1) },
    { key: "]", title: "The message after", run: () => step(1) },
  ]);
  return (
    <div class="transcript" ref={whole}>
      {error.value !== undefined && <Problem error={error.value} retry={() => void of.refresh()} />}
      {!isRead.value && error.value === undefined && <Loading />}
      {older.value !== undefined && (
        <p>
          <Action op="sessions.list_messages" onPress={() => of.readOlder()}>
            Earlier messages
          </Action>
        </p>
      )}
      {groups.value.map((group, index) => (
        <Group
          key={group[0]?.id}
          of={of}
          messages={group}
          isLast={index === groups.value.length - 1}
          {...{ agent, person, actions }}
        />
      ))}
      {sent.value !== undefined && (
        <article class="message mine" tabIndex={-1}>
          <h3>{person}</h3>
          <Content content={sent.value} />
        </article>
      )}
      <Going of={of} agent={agent} />
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

/** Follows what comes while one is at the end, and leaves one alone elsewhere. Nothing is measured while one scrolls. */
function useStickToEnd(whole: { current: HTMLElement | null }, end: { current: HTMLElement | null }, startsAtEnd: boolean): void {
  useEffect(() => {
    const [outer, last] = [whole.current, end.current];
    if (outer === null || last === null) return;
    let isAtEnd = startsAtEnd;
    let isFirst = true;
    const sight = new IntersectionObserver(
      ([entry]) => {
        // The first report is how it began, not where one went.
        if (!isFirst && entry !== undefined) isAtEnd = entry.isIntersecting;
        isFirst = false;
      },
      { rootMargin: "0px 0px 200px 0px" },
    );
    const size = new ResizeObserver(() => {
      if (isAtEnd) last.scrollIntoView({ block: "end" });
    });
    sight.observe(last);
    size.observe(outer);
    return () => {
      sight.disconnect();
      size.disconnect();
    };
  }, []);
}

interface GroupProps extends Omit<TranscriptProps, "startsAtEnd"> {
  readonly messages: readonly Message[];
  readonly isLast: boolean;
  readonly person: string;
}

/** Messages that the browser lays out together when they come into sight. */
const TOGETHER = 8;

/** Messages do not change once they are there: what was drawn stays. */
function Group({ of, messages, isLast, agent, person, actions }: GroupProps): VNode {
  // What is in the list of a turn that is going on is shown by the turn itself, but for its question.
  const goingId = isLast ? of.goingId.value : undefined;
  return useMemo(() => {
    const shown = messages.filter((it) => it.role !== "tool" && (it.turn_id !== goingId || goingId === undefined || it.role === "user"));
    const last = new Map(shown.map((it) => [it.turn_id ?? it.id, it.id]));
    const drawn = shown.map((message) => {
      const { turn_id: turnId } = message;
      const took = turnId != null && last.get(turnId) === message.id ? of.traceOf(turnId) : undefined;
      const calls = message.tool_calls.map((call): CallShown => ({ ...call, result: of.results.get(call.call_id) }));
      return <One key={message.id} {...{ message, calls, took, agent, person, actions }} />;
    });
    const parts = Array.from({ length: Math.ceil(drawn.length / TOGETHER) }, (_, at) => drawn.slice(at * TOGETHER, (at + 1) * TOGETHER));
    return (
      <>
        {parts.map((part, at) => (
          <div key={at} class="group">
            {part}
          </div>
        ))}
      </>
    );
  }, [messages, goingId, agent, person]);
}

/** The turn that is going on, until the list has its answer. */
function Going({ of, agent }: { of: Conversation; agent: string }): VNode | null {
  const turn = of.live.value;
  if (turn === undefined || hasAnswer(of.groups.value.at(-1) ?? [], turn)) return null;
  return <Live turn={turn} agent={agent} />;
}

const hasAnswer = (messages: readonly Message[], turn: LiveTurn): boolean =>
  isOver(turn) && messages.some((it) => it.turn_id === turn.id && it.role === "assistant");
