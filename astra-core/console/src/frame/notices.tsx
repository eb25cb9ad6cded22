// Problems in their own words, and short notices of what was done.

import type { VNode } from "preact";
import { signal } from "@preact/signals";
import { ApiError, ClientError } from "./client.ts";
import { href } from "./router.tsx";
import { Text } from "../parts/text.tsx";

/** What there is to say about an error. */
export interface Words {
  readonly title: string;
  readonly detail: string;
  readonly code: string | undefined;
  readonly requestId: string | undefined;
  readonly errors: readonly { readonly pointer?: string; readonly detail?: string }[];
}

/** Reads an error, a problem of RFC 9457, or a text. */
export function wordsOf(error: unknown): Words {
  if (error instanceof ApiError) {
    const { problem, status } = error;
    const title = problem?.title ?? `The gateway answered ${status}`;
    const detail = error.detail ?? error.message;
    return { title, detail, code: error.code, requestId: error.requestId, errors: error.errors };
  }
  if (error instanceof ClientError) {
    const isAway = error.name === "ConnectionError" || error.name === "StreamBrokenError";
    const title = isAway ? "The gateway cannot be reached" : "The call failed";
    return { title, detail: error.message, code: undefined, requestId: error.requestId, errors: [] };
  }
  if (typeof error === "object" && error !== null && "detail" in error && "title" in error) {
    const problem = error as { title: string; detail: string; code?: string; request_id?: string };
    const { title, detail, code, request_id: requestId } = problem;
    return { title, detail, code, requestId, errors: [] };
  }
  const detail = error instanceof Error ? error.message : String(error);
  return { title: "Something failed", detail, code: undefined, requestId: undefined, errors: [] };
}

/** A problem, where it belongs on the page. */
export function Problem({ error, retry }: { error: unknown; retry?: (() => void) | undefined }): VNode | null {
  if (error === undefined || error === null) return null;
  return (
    <div class="problem" role="alert">
      <ProblemWords error={error} />
      {retry && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

function ProblemWords({ error }: { error: unknown }): VNode {
  const { title, detail, code, requestId, errors } = wordsOf(error);
  return (
    <>
      <p>
        <strong>{title}.</strong> <Text>{detail}</Text>
      </p>
      {errors.length > 0 && (
        <ul>
          {errors.map(({ pointer, detail: what }) => (
            <li key={pointer}>
              <code>{pointer}</code> <Text>{what ?? ""}</Text>
            </li>
          ))}
        </ul>
      )}
      {(code || requestId) && (
        <p class="small">
          {code && <code>{code}</code>} {requestId && <a href={href("traces", [], { request_id: requestId })}>{requestId}</a>}
        </p>
      )}
    </>
  );
}

interface Notice {
  readonly id: number;
  readonly text?: string;
  readonly error?: unknown;
}

const notices = signal<readonly Notice[]>([]);
let lastId = 0;
const SHOWN_MS = 6_000;

function show(notice: Omit<Notice, "id">): number {
  const id = ++lastId;
  notices.value = [...notices.peek().slice(-3), { id, ...notice }];
  return id;
}

const drop = (id: number): void => {
  notices.value = notices.peek().filter((notice) => notice.id !== id);
};

/** Says that something was done. */
export function say(text: string): void {
  const id = show({ text });
  setTimeout(() => drop(id), SHOWN_MS);
}

/** Says that something failed; it stays until it is closed. */
export function complain(error: unknown): void {
  show({ error });
}

/** Runs an action: says what was done, or the problem. */
export async function attempt(work: () => PromiseLike<unknown>, done?: string): Promise<boolean> {
  try {
    await work();
    if (done !== undefined) say(done);
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}

export function Notices(): VNode {
  return (
    <div class="notices" role="region" aria-label="Notices" aria-live="polite">
      {notices.value.map(({ id, text, error }) => (
        <div key={id} class={text === undefined ? "notice problem" : "notice"}>
          <div>{text === undefined ? <ProblemWords error={error} /> : <p>{text}</p>}</div>
          <button type="button" class="plain" aria-label="Close this notice" onClick={() => drop(id)}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
