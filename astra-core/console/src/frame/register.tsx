// A new account: by an invitation, by the setup code of a gateway without an owner, or where registration is open.

import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { openClient } from "./client.ts";
import { DoorForm, type WayProps } from "./door.tsx";
import { Problem } from "./notices.tsx";
import { go } from "./router.tsx";
import { enter, takeFromHash } from "./session.ts";

interface RegisterProps extends WayProps {
  readonly action: string;
  readonly by?: { readonly invitation: string } | { readonly setup_code: string };
  readonly onDone?: () => void;
}

export function Register({ action, by, onError, onDone }: RegisterProps): VNode {
  const work = async (values: FormData): Promise<void> => {
    const name = String(values.get("name")).trim();
    const { tokens } = await openClient.auth.register({
      email: String(values.get("username")),
      password: String(values.get("password")),
      ...(name === "" ? {} : { display_name: name }),
      ...by,
    });
    await enter(tokens, false);
    onDone?.();
  };
  return (
    <DoorForm action={action} work={work} onError={onError}>
      <label class="field">
        <span>Name (may be left out)</span>
        <input name="name" autocomplete="name" maxLength={128} />
      </label>
      <label class="field">
        <span>E-mail</span>
        <input name="username" type="email" autocomplete="username" required />
      </label>
      <label class="field">
        <span>Password</span>
        <input name="password" type="password" autocomplete="new-password" required />
      </label>
    </DoorForm>
  );
}

const setupCode = takeFromHash("setup_code") ?? "";

/** The owner of a gateway that has none yet. */
export function Setup(): VNode {
  const error = useSignal<unknown>(undefined);
  const code = useSignal(setupCode);
  useEffect(() => void (document.title = "Begin – Astra"), []);
  return (
    <main class="door">
      <h1>The owner's account</h1>
      <p>The first account of a gateway owns its first workspace.</p>
      <Problem error={error.value} />
      {setupCode === "" && (
        <label class="field">
          <span>The setup code that the gateway printed when it started</span>
          <input value={code.value} autocomplete="off" onInput={(event) => (code.value = event.currentTarget.value.trim())} />
        </label>
      )}
      <Register
        action="Make the account"
        by={{ setup_code: code.value }}
        onError={(why) => (error.value = why)}
        onDone={() => go("./", true)}
      />
      <p>
        <a href="./">I have an account already</a>
      </p>
    </main>
  );
}
