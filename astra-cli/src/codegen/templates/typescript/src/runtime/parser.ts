/** A server-sent event, as it came. */
export interface Message {
  /** The id of this event, or of the last one that had any; empty if none had. */
  readonly id: string;
  /** Its `event:`; empty if it has none. */
  readonly event: string;
  readonly data: string;
}

/** Reads `text/event-stream` by the rules of the HTML standard, from pieces that may break anywhere. */
export class EventParser {
  /** The id of the last event that has come to its end. */
  lastEventId: string;
  /** The milliseconds that the server wants clients to wait before they come again. */
  retry: number | undefined;

  readonly #decoder = new TextDecoder();
  #rest = "";
  #skipsLineFeed = false;
  #id: string;
  #event = "";
  #data: string[] = [];

  constructor(lastEventId = "") {
    this.lastEventId = lastEventId;
    this.#id = lastEventId;
  }

  /** The events that end in this piece. */
  push(piece: Uint8Array): Message[] {
    // The decoder keeps what is cut inside a letter, and drops a byte order mark.
    let text = this.#decoder.decode(piece, { stream: true });
    if (this.#skipsLineFeed && text !== "") {
      this.#skipsLineFeed = false;
      if (text.startsWith("\n")) text = text.slice(1);
    }
    const messages: Message[] = [];
    const ends = /\r\n|\r|\n/g;
    let begin = 0;
    for (let end = ends.exec(text); end !== null; end = ends.exec(text)) {
      const message = this.#line(this.#rest + text.slice(begin, end.index));
      if (message !== undefined) messages.push(message);
      this.#rest = "";
      begin = ends.lastIndex;
      this.#skipsLineFeed = end[0] === "\r" && begin === text.length;
    }
    this.#rest += text.slice(begin);
    return messages;
  }

  #line(line: string): Message | undefined {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (name === "data") this.#data.push(value);
    else if (name === "event") this.#event = value;
    else if (name === "id" && !value.includes("\0")) this.#id = value;
    else if (name === "retry" && /^[0-9]+$/.test(value)) this.retry = Number(value);
    return undefined;
  }

  #dispatch(): Message | undefined {
    const data = this.#data;
    const event = this.#event;
    this.#data = [];
    this.#event = "";
    this.lastEventId = this.#id;
    return data.length > 0 ? { id: this.#id, event, data: data.join("\n") } : undefined;
  }
}
