// Signing in: by password, with a token, or by the identity provider where the gateway has one. The address stays as it
// is, so that a link survives it.

import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { SignInOptions } from "astra-client";
import { openClient } from "./client.ts";
import { DoorForm, type WayProps } from "./door.tsx";
import { Problem } from "./notices.tsx";
import { Register } from "./register.tsx";
import { goToProvider, signIn, signInByToken, whyEnded } from "./session.ts";
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
  const options = useSignal<SignInOptions | undefined>(undefined);
  useEffect(() => {
    openClient.auth.getSignInOptions().then(
      (found) => (options.value = found),
      (why: unknown) => (error.value = why),
    );
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
      {options.value?.has_identity_provider && (
        <p>
          <button type="button" onClick={goToProvider}>
            Sign in with the identity provider
          </button>
        </p>
      )}
      {options.value?.is_registration_open && (
        <details>
          <summary>Make an account</summary>
          <Register onError={fail} action="Make the account" />
        </details>
      )}
      <section aria-labelledby="no-account">
        <h2 id="no-account">No account yet?</h2>
        <p>
          {options.value?.has_owner === false
            ? "This gateway has no owner yet. On its machine, this opens the page that makes the owner's account:"
            : "On the machine of the gateway, this opens the console signed in:"}
        </p>
        <Code text="astra console" language="shell" />
        {options.value?.has_owner === false ? (
          <p>
            <a href="setup">I have the setup code that the gateway printed</a>
          </p>
        ) : (
          <p>Others come by an invitation: its link leads to a page that makes the account.</p>
        )}
      </section>
    </main>
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
