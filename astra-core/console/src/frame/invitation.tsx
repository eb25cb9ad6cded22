// The page that an invitation's link leads to: a new account, or the one that the person has already. The code is in the
// part of the address that no server sees, and is taken out of it at once.

import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { client } from "./client.ts";
import { DoorForm } from "./door.tsx";
import { Problem } from "./notices.tsx";
import { Register } from "./register.tsx";
import { go } from "./router.tsx";
import { callerName, me, signedIn, signIn, switchWorkspace, takeFromHash } from "./session.ts";

const given = takeFromHash("invitation") ?? "";

export function Invitation(): VNode {
  const error = useSignal<unknown>(undefined);
  const hasAccount = useSignal(false);
  const code = useSignal(given);
  useEffect(() => void (document.title = "Invitation – Astra"), []);
  const fail = (why: unknown): void => void (error.value = why);
  const accept = async (): Promise<void> => {
    const workspace = await client.workspaces.acceptInvitation({ code: code.peek() });
    await switchWorkspace(workspace.id);
    go("./", true);
  };
  const isIn = signedIn.value === "in" && me.value?.kind === "user";
  return (
    <main class="door">
      <h1>You were invited to a workspace</h1>
      <Problem error={error.value} />
      {given === "" && (
        <label class="field">
          <span>The invitation's code</span>
          <input value={code.value} autocomplete="off" onInput={(event) => (code.value = event.currentTarget.value.trim())} />
        </label>
      )}
      {isIn ? (
        <DoorForm action={`Accept as ${callerName.value}`} work={accept} onError={fail}>
          <p>You are signed in as {callerName.value}.</p>
        </DoorForm>
      ) : hasAccount.value ? (
        <SignInFirst accept={accept} onError={fail} />
      ) : (
        <Register
          action="Make the account"
          by={{ invitation: code.value }}
          onError={fail}
          onDone={() => go("./", true)}
        />
      )}
      {!isIn && (
        <p>
          <button type="button" class="plain" onClick={() => (hasAccount.value = !hasAccount.value)}>
            {hasAccount.value ? "I have no account yet" : "I have an account already"}
          </button>
        </p>
      )}
    </main>
  );
}

function SignInFirst({ accept, onError }: { accept: () => Promise<void>; onError: (why: unknown) => void }): VNode {
  const work = async (values: FormData): Promise<void> => {
    const username = String(values.get("username"));
    await signIn({ grant_type: "password", username, password: String(values.get("password")) }, false);
    await accept();
  };
  return (
    <DoorForm action="Sign in and accept" work={work} onError={onError}>
      <label class="field">
        <span>E-mail</span>
        <input name="username" type="email" autocomplete="username" required />
      </label>
      <label class="field">
        <span>Password</span>
        <input name="password" type="password" autocomplete="current-password" required />
      </label>
    </DoorForm>
  );
}
