import { DecodingError } from "./errors.ts";
import type { Message } from "./parser.ts";

/** An event of a kind that this client does not know yet. */
export type UnknownEvent<Tag extends string = "type", Value extends string = "unknown"> = {
  readonly [Key in Tag]: Value;
} & {
  /** The `event:`, which is its kind. */
  readonly event: string;
  /** The `data:`: JSON if it is any, else the text. */
  readonly data: unknown;
};

/** What is known of a stream. */
export interface StreamKind {
  /** The field that says an event's type, if there is one. */
  readonly tag?: {
    /** The field in `data:`. */
    readonly name: string;
    /** Its known values. */
    readonly known: readonly string[];
    /** Its value in events that are not known. */
    readonly unknown: string;
  };
  /** How to go on after the connection broke. */
  readonly resume?: {
    readonly path: string;
    /** The field of the events that has the value for the path; nothing if it is the stream's own path. */
    readonly field?: string;
  };
  /** The events behind which nothing comes. */
  readonly endsWith?: readonly string[];
  /** Whether it ends with `data: [DONE]`. */
  readonly endsWithDone?: boolean;
}

/** The data of an event, and its JSON. */
export function decoded<Event>(
  kind: StreamKind,
  message: Message,
  requestId: string,
): { readonly data: Event; readonly json: unknown } {
  const { tag } = kind;
  let json: unknown;
  let isJson = true;
  try {
    json = JSON.parse(message.data);
  } catch {
    isJson = false;
  }
  if (!isJson && (tag === undefined || tag.known.includes(message.event))) {
    throw new DecodingError(`expected JSON in the event ${message.event || message.id}`, {
      requestId,
    });
  }
  if (tag === undefined || tag.known.includes(tagOf(tag.name, json) ?? "")) {
    return { data: json as Event, json };
  }
  const { event } = message;
  const data = isJson ? json : message.data;
  return { data: { [tag.name]: tag.unknown, event, data } as Event, json };
}

/** What kind of event a message is. */
export function typeOf(kind: StreamKind, message: Message, json: unknown): string {
  return (kind.tag && tagOf(kind.tag.name, json)) ?? message.event;
}

function tagOf(name: string, json: unknown): string | undefined {
  if (typeof json !== "object" || json === null) return undefined;
  const value: unknown = (json as Record<string, unknown>)[name];
  return typeof value === "string" ? value : undefined;
}
