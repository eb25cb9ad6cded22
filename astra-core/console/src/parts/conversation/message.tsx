// A message: an article with a heading, tools' calls folded, what its turn took below it.

import type { ComponentChildren, VNode } from "preact";
import type { Signal } from "@preact/signals";
import type { Message, MessageContent, Trace } from "astra-client";
import { href } from "../../frame/router.tsx";
import { Json } from "../code.tsx";
import { Markdown, Picture } from "../markdown.tsx";
import { count, usd } from "../number.ts";
import { Text } from "../text.tsx";
import { duration, Time } from "../time.tsx";
import { Call, type CallShown } from "./call.tsx";

/** What a message is drawn with. */
export interface OneProps {
  readonly message: Message;
  readonly calls: readonly CallShown[];
  /** What its turn took, of the turn's last message. */
  readonly took: Signal<Trace | undefined> | undefined;
  readonly agent: string;
  readonly person: string;
  /** More to do with it. */
  readonly actions: ((message: Message) => ComponentChildren) | undefined;
}

export function One({ message, calls, took, agent, person, actions }: OneProps): VNode {
  const isMine = message.role === "user";
  const name = isMine ? person : message.role === "assistant" ? agent : message.role;
  return (
    <article class={isMine ? "message mine" : "message"} id={message.id} tabIndex={-1}>
      <header>
        <h3>
          <Text>{name}</Text>
        </h3>
        <span class="small faint">
          <Time of={message.created_at} isExact />
        </span>
        <span class="fill" />
        {actions?.(message)}
      </header>
      <Content content={message.content} />
      {calls.map((call) => (
        <Call key={call.call_id} call={call} />
      ))}
      {took !== undefined && <Took of={took} />}
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

function Took({ of }: { of: Signal<Trace | undefined> }): VNode | null {
  const trace = of.value;
  if (trace === undefined) return null;
  const isBad = trace.status === "failed";
  return (
    <p class="took small faint">
      {trace.status !== "completed" && <span class={isBad ? "tag bad" : "tag warn"}>{trace.status}</span>}{" "}
      {count(trace.usage.input_tokens)} + {count(trace.usage.output_tokens)} tokens, {usd(trace.usage.cost_usd)},{" "}
      {duration(trace.time.total_ms)}, <a href={href("traces", [trace.trace_id])}>trace</a>
    </p>
  );
}
