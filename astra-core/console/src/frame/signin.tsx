// Signing in: by password, with a token, or by the identity provider where the gateway has one. The address stays as it
// is, so that a link survives it.

import type { ComponentChildren, VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { openClient } from "./client.ts";
import { Problem } from "./notices.tsx";
import { signIn, signInByToken, whyEnded } from "./session.ts";
import { Code } from "../parts/code.tsx";

type Way = "password" | "token";

export function SignIn(): VNode {
  const way = useSignal<Way>("password");
  const error = useSignal<unknown>(undefined);
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = "Sign in – Astra";
    title.current?.focus();
  }, []);
  const fail = (why: unknown): void => {
    whyEnded.value = undefined;
    error.value = why;
  };
  return (
    <main class="door">
      <h1 ref={title} tabIndex={-1}>
        Sign in to Astra
      </h1>
      {whyEnded.value !== undefined && error.value === undefined && (
        <>
          <p>The sign-in has ended.</p>
          <Problem error={whyEnded.value} />
        </>
      )}
      <Problem error={error.value} />
      {way.value === "password" ? <ByPassword onError={fail} /> : <ByToken onError={fail} />}
      <p>
        <button type="button" class="plain" onClick={() => (way.value = way.value === "password" ? "token" : "password")}>
          {way.value === "password" ? "Use a token" : "Use e-mail and password"}
        </button>
      </p>
      <ByProvider onError={fail} />
      <section aria-labelledby="no-account">
        <h2 id="no-account">No account yet?</h2>
        <p>On the machine of the gateway, this opens the console signed in as the owner:</p>
        <Code text="astra console" language="shell" />
        <p>Others come by an invitation: its link leads to a page that makes the account.</p>
      </section>
    </main>
  );
}

interface WayProps {
  readonly onError: (why: unknown) => void;
}

interface DoorFormProps extends WayProps {
  readonly action: string;
  readonly work: (values: FormData) => Promise<void>;
  readonly children: ComponentChildren;
}

/** A form that is sent by the page itself. */
export function DoorForm({ action, work, onError, children }: DoorFormProps): VNode {
  const isBusy = useSignal(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (isBusy.peek()) return;
    isBusy.value = true;
    onError(undefined);
    try {
      await work(new FormData(event.currentTarget as HTMLFormElement));
    } catch (error) {
      onError(error);
    }
    isBusy.value = false;
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      {children}
      <button type="submit" class="primary" aria-disabled={isBusy.value}>
        {isBusy.value ? "One moment …" : action}
      </button>
    </form>
  );
}

function ByPassword({ onError }: WayProps): VNode {
  const work = async (values: FormData): Promise<void> => {
    const username = String(values.get("username"));
    const password = String(values.get("password"));
    await signIn({ grant_type: "password", username, password }, values.get("stays") !== null);
  };
  return (
    <DoorForm action="Sign in" work={work} onError={onError}>
      <label class="field">
        <span>E-mail</span>
        <input name="username" type="email" autocomplete="username" required />
      </label>
      <label class="field">
        <span>Password</span>
        <input name="password" type="password" autocomplete="current-password" required />
      </label>
      <label class="check">
        <input name="stays" type="checkbox" /> <span>Stay signed in on this device</span>
      </label>
    </DoorForm>
  );
}

function ByToken({ onError }: WayProps): VNode {
  return (
    <DoorForm action="Use the token" work={(values) => signInByToken(String(values.get("token")).trim())} onError={onError}>
      <label class="field">
        <span>Token</span>
        <input name="token" type="password" autocomplete="off" required />
      </label>
      <p class="hint">It is kept for this tab, until the tab is closed.</p>
    </DoorForm>
  );
}

/** The identity provider, where the gateway has one. */
function ByProvider({ onError }: WayProps): VNode | null {
  const address = useSignal<string | undefined>(undefined);
  useEffect(() => {
    openClient.auth.startOidc().then(
      ({ authorization_url }) => (address.value = authorization_url),
      () => undefined,
    );
  }, []);
  if (address.value === undefined) return null;
  const leave = (): void => {
    onError(undefined);
    location.assign(address.value ?? "");
  };
  return (
    <p>
      <button type="button" onClick={leave}>
        Sign in with the identity provider
      </button>
    </p>
  );
}
