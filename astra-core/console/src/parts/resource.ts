// What was read from the gateway: kept by operation and parameters, asked again with the ETag, cancelled when no longer
// wanted, and refreshed by events or, where there are none, every 5 seconds while the tab is visible.

import { useCallback, useEffect, useMemo, useRef } from "preact/hooks";
import { type Signal, signal, useSignal } from "@preact/signals";
import { type CallOptions, NotModifiedError, ApiError } from "../frame/client.ts";
import { isOf, isPaused, isStreaming, isVisible, type LiveEvent, POLL_MS, useLive } from "../frame/live.ts";
import { type OperationId, may } from "../frame/permissions.ts";
import { epoch } from "../frame/session.ts";

/** What a view shows. */
export interface Read<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly isLoading: boolean;
  /** Why the caller may not read it: no request was made. */
  readonly refusal: string | undefined;
}

export interface Resource<T> extends Read<T> {
  readonly reload: () => void;
  /** Changes what is shown, when an action answered the new state. */
  readonly put: (data: T) => void;
}

export interface ResourceOptions {
  /** Read again when such an event comes: `["job.*"]`. Without a stream, every 5 seconds. */
  readonly live?: readonly string[] | undefined;
  /** Nothing is read while this is false. */
  readonly isWanted?: boolean | undefined;
}

interface Kept {
  readonly state: Signal<Read<unknown>>;
  etag: string | undefined;
  /** Grows with each `put`: an answer that was asked for before it is older. */
  puts: number;
}

/** A call or a list of the client. */
type Asked<T> = PromiseLike<T> & { withResponse?: () => Promise<{ data: T; response: { headers: Headers } }> };

const KEPT_MAX = 60;
const SETTLE_MS = 250;
const kept = new Map<string, Kept>();
const nothing: Read<never> = { data: undefined, error: undefined, isLoading: true, refusal: undefined };

function keptOf(key: string): Kept {
  const found = kept.get(key) ?? { state: signal<Read<unknown>>(nothing), etag: undefined, puts: 0 };
  kept.delete(key);
  kept.set(key, found);
  if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value ?? "");
  return found;
}

async function answerOf<T>(asked: Asked<T>): Promise<{ data: T; etag: string | undefined }> {
  if (asked.withResponse !== undefined) {
    const { data, response } = await asked.withResponse();
    return { data, etag: response.headers.get("etag") ?? undefined };
  }
  const data = await asked;
  const headers = (data as { response?: { headers?: Headers } } | undefined)?.response?.headers;
  return { data, etag: headers?.get("etag") ?? undefined };
}

/**
 * Reads by an operation. `ask` makes the call with the options it is given; `parameters` are all that it depends on.
 *
 *     const agents = useResource("agents.list", { cursor }, (options) => client.agents.list({ cursor, ...options }));
 */
export function useResource<T>(
  operation: OperationId,
  parameters: Readonly<Record<string, unknown>>,
  ask: (options: CallOptions) => Asked<T>,
  options: ResourceOptions = {},
): Resource<T> {
  const { live, isWanted = true } = options;
  const permission = may(operation);
  const key = JSON.stringify([epoch.value, operation, parameters]);
  // The same one as long as it is shown, even if it was dropped from what is kept.
  const entry = useMemo(() => keptOf(key), [key]);
  const latest = useRef(ask);
  latest.current = ask;
  const turn = useSignal(0);

  const load = useCallback((): AbortController => {
    const stop = new AbortController();
    const { state, puts } = entry;
    state.value = { ...state.peek(), isLoading: true };
    const headers = entry.etag === undefined || state.peek().data === undefined ? {} : { "If-None-Match": entry.etag };
    answerOf(latest.current({ signal: stop.signal, headers })).then(
      ({ data, etag }) => {
        if (entry.puts !== puts) return;
        entry.etag = etag;
        state.value = { data, error: undefined, isLoading: false, refusal: undefined };
      },
      (error: unknown) => {
        if (stop.signal.aborted || entry.puts !== puts) return;
        const isSame = error instanceof NotModifiedError;
        // What is gone is not shown any longer; what cannot be reached now is.
        const isGone = error instanceof ApiError && [401, 403, 404].includes(error.status);
        const data = isGone ? undefined : state.peek().data;
        state.value = { data, error: isSame ? undefined : error, isLoading: false, refusal: undefined };
      },
    );
    return stop;
  }, [key]);

  useEffect(() => {
    if (!permission.isAllowed || !isWanted) return;
    const stop = load();
    return () => stop.abort();
  }, [key, turn.value, permission.isAllowed, isWanted]);

  const settle = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const hear = useCallback(
    (event: LiveEvent) => {
      if (live === undefined || isPaused.peek() || !isOf(event, live)) return;
      clearTimeout(settle.current);
      settle.current = setTimeout(() => (turn.value += 1), SETTLE_MS);
    },
    [key, live?.join()],
  );
  useLive(live && isWanted ? hear : undefined);
  const polls = live !== undefined && isWanted && !isPaused.value && !isStreaming.value && isVisible.value && permission.isAllowed;
  useEffect(() => {
    if (!polls) return;
    const timer = setInterval(() => {
      if (!entry.state.peek().isLoading) turn.value += 1;
    }, POLL_MS);
    return () => clearInterval(timer);
  }, [key, polls]);

  // What came while lists stood still is read when they move again.
  const wasPaused = useRef(false);
  useEffect(() => {
    if (wasPaused.current && !isPaused.value && live !== undefined) turn.value += 1;
    wasPaused.current = isPaused.value;
  }, [isPaused.value]);

  const reload = useCallback(() => void (turn.value += 1), []);
  const put = useCallback((data: T) => {
    entry.etag = undefined;
    entry.puts += 1;
    entry.state.value = { data, error: undefined, isLoading: false, refusal: undefined };
  }, [key]);
  const refusal = permission.isAllowed ? undefined : permission.reason;
  return { ...(entry.state.value as Read<T>), ...(refusal ? { isLoading: false } : {}), refusal, reload, put };
}
