// The page that an invitation's link leads to: a new account, or the one that the person has already. The code is in the
// part of the address that no server sees, and is taken out of it at once.

import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { client, openClient } from "./client.ts";
import { Problem } from "./notices.tsx";
import { go } from "./router.tsx";
import { callerName, enter, me, signedIn, signIn, switchWorkspace, takeFromHash } from "./session.ts";
import { DoorForm } from "./signin.tsx";

let code = takeFromHash("invitation") ?? "";

export function Invitation(): VNode {
  const error = useSignal<unknown>(undefined);
  const hasAccount = useSignal(false);
  const typed = useSignal(code);
  useEffect(() => void (document.title = "Invitation – Astra"), []);
  const fail = (why: unknown): void => void (error.value = why);
  const accept = async (): Promise<void> => {
    const workspace = await client.workspaces.acceptInvitation({ code: typed.peek() });
    await switchWorkspace(workspace.id);
    code = "";
    go("./", true);
  };
  const isIn = signedIn.value === "in" && me.value?.kind === "user";
  return (
    <main class="door">
      <h1>You were invited to a workspace</h1>
      <Problem error={error.value} />
      {code === "" && (
        <label class="field">
          <span>The invitation's code</span>
          <input value={typed.value} autocomplete="off" onInput={(event) => (typed.value = event.currentTarget.value.trim())} />
        </label>
      )}
      {isIn ? (
        <DoorForm action={`Accept as ${callerName.value}`} work={accept} onError={fail}>
          <p>You are signed in as {callerName.value}.</p>
        </DoorForm>
      ) : (
        <Enter hasAccount={hasAccount.value} code={typed.value} accept={accept} onError={fail} />
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

interface EnterProps {
  readonly hasAccount: boolean;
  readonly code: string;
  readonly accept: () => Promise<void>;
  readonly onError: (why: unknown) => void;
}

function Enter({ hasAccount, code: invitation, accept, onError }: EnterProps): VNode {
  const work = async (values: FormData): Promise<void> => {
    const email = String(values.get("username"));
    const password = String(values.get("password"));
    if (hasAccount) {
      await signIn({ grant_type: "password", username: email, password }, false);
      await accept();
      return;
    }
    const name = String(values.get("name") ?? "").trim();
    const { tokens } = await openClient.auth.register({
      email,
      password,
      invitation,
      ...(name === "" ? {} : { display_name: name }),
    });
    await enter(tokens, false);
    code = "";
    go("./", true);
  };
  return (
    <DoorForm action={hasAccount ? "Sign in and accept" : "Make the account"} work={work} onError={onError}>
      {!hasAccount && (
        <label class="field">
          <span>Name (may be left out)</span>
          <input name="name" autocomplete="name" maxLength={128} />
        </label>
      )}
      <label class="field">
        <span>E-mail</span>
        <input name="username" type="email" autocomplete="username" required />
      </label>
      <label class="field">
        <span>Password</span>
        <input name="password" type="password" autocomplete={hasAccount ? "current-password" : "new-password"} required />
      </label>
    </DoorForm>
  );
}
