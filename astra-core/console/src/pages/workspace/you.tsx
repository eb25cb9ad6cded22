// The caller's own account: what it may do, its sign-ins, its password, and its end.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { ChangePassword, DeleteAccount, SignInModel } from "astra-client";
import passwordSchema from "../../../client/schemas/ChangePassword.json";
import deleteSchema from "../../../client/schemas/DeleteAccount.json";
import { client } from "../../frame/client.ts";
import { callerName, me, workspaces } from "../../frame/session.ts";
import { Action } from "../../parts/action.tsx";
import { Id } from "../../parts/copy.tsx";
import { Shown } from "../../parts/empty.tsx";
import { FormDialog, type Value } from "../../parts/formdialog.tsx";
import { useResource } from "../../parts/resource.ts";
import type { Schema } from "../../parts/schema.ts";
import { Table, useCursor } from "../../parts/table.tsx";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";
import { Passwords } from "./passwords.tsx";
import { ScopeList } from "./scopes.tsx";

export function You(): VNode {
  const caller = me.value;
  const asked = useSignal<"password" | "delete" | undefined>(undefined);
  const close = (): void => void (asked.value = undefined);
  const isPerson = caller?.kind === "user";
  const noPerson = !isPerson && "Only people who signed in have a password.";
  return (
    <>
      <dl class="facts">
        <dt>Name</dt>
        <dd>
          <Text>{callerName.value}</Text>
        </dd>
        {caller?.email != null && (
          <>
            <dt>E-mail</dt>
            <dd>
              <Text>{caller.email}</Text>
            </dd>
          </>
        )}
        <dt>Id</dt>
        <dd>
          <Id id={caller?.id ?? ""} />
        </dd>
        <dt>Role here</dt>
        <dd>{caller?.role}</dd>
        <dt>Scopes of this sign-in</dt>
        <dd>
          <ScopeList of={caller?.scopes ?? []} />
        </dd>
      </dl>
      <div class="buttons">
        <Action op="auth.change_password" isOff={noPerson} onPress={() => (asked.value = "password")}>
          Change the password
        </Action>
        <Action op="auth.delete_account" kind="danger" isOff={noPerson} onPress={() => (asked.value = "delete")}>
          Delete the account
        </Action>
      </div>
      {isPerson && <SignIns />}
      {asked.value === "password" && <Password onClose={close} />}
      {asked.value === "delete" && <Delete onClose={close} />}
    </>
  );
}

function SignIns(): VNode {
  const cursor = useCursor();
  const signIns = useResource("auth.list_sign_ins", { cursor }, (options) =>
    client.auth.listSignIns({ cursor, limit: 50, ...options }),
  );
  return (
    <section>
      <div class="heading">
        <h2>Sign-ins</h2>
        <Action
          op="auth.end_sign_ins"
          done="All other sign-ins have ended."
          onPress={() => client.auth.endSignIns({ keepCurrent: true }).then(signIns.reload)}
        >
          End all others
        </Action>
      </div>
      <Shown of={signIns}>
        {({ items, nextCursor }) => (
          <Table
            title="Sign-ins"
            rows={items}
            id={({ id }) => id}
            next={nextCursor}
            columns={[
              { title: "Program", cell: (it) => <Program of={it} /> },
              { title: "Workspace", cell: (it) => <Text>{nameOf(it.workspace_id)}</Text>, isWide: true },
              { title: "From", cell: (it) => it.last_address ?? it.address ?? <span class="faint">not known</span> },
              { title: "Last used", cell: (it) => <Time of={it.last_used_at} /> },
              { title: "Made", cell: (it) => <Time of={it.created_at} />, isWide: true },
              { title: "Ends", cell: (it) => <Time of={it.expires_at} />, isWide: true },
              {
                title: "Actions",
                cell: (it) => (
                  <Action
                    op="auth.end_sign_in"
                    kind="danger"
                    label={it.is_current ? "Sign out of this one" : `End the sign-in ${it.id}`}
                    done="The sign-in has ended."
                    onPress={() =>
                      client.auth.endSignIn(it.id).then(() => (it.is_current ? undefined : signIns.reload()))
                    }
                  >
                    {it.is_current ? "Sign out" : "End"}
                  </Action>
                ),
              },
            ]}
          />
        )}
      </Shown>
    </section>
  );
}

const nameOf = (id: string): string => workspaces.value.find((it) => it.id === id)?.name ?? id;

function Program({ of }: { of: SignInModel }): VNode {
  return (
    <>
      <Text>{of.program ?? "a program that did not say its name"}</Text>{" "}
      {of.is_current && <span class="tag good">this one</span>}
    </>
  );
}

function Password({ onClose }: { onClose: () => void }): VNode {
  const value = useSignal<Value>({});
  const schema = passwordSchema as unknown as Schema;
  return (
    <FormDialog
      title="Change the password"
      op="auth.change_password"
      action="Change it"
      done="The password was changed."
      schema={schema}
      hidden={Object.keys(schema.properties ?? {})}
      value={value.value}
      onChange={(next) => (value.value = next)}
      onSend={(body) => client.auth.changePassword(body as unknown as ChangePassword)}
      onClose={onClose}
    >
      <Passwords schema={schema} value={value.value} onChange={(next) => (value.value = next)} />
    </FormDialog>
  );
}

function Delete({ onClose }: { onClose: () => void }): VNode {
  const value = useSignal<Value>({});
  const schema = deleteSchema as unknown as Schema;
  return (
    <FormDialog
      title="Delete your account?"
      op="auth.delete_account"
      action="Delete my account"
      done="The account was deleted."
      schema={schema}
      hidden={Object.keys(schema.properties ?? {})}
      value={value.value}
      onChange={(next) => (value.value = next)}
      before={
        <p>
          The account goes with its memberships, its sign-ins, and its memory, sessions, turns, jobs and usage in all
          workspaces. Agents, schedules and the like that you made for a workspace stay there. Nothing brings the rest
          back.
        </p>
      }
      onSend={(body) => client.auth.deleteAccount(body as unknown as DeleteAccount)}
      onClose={onClose}
    >
      <Passwords schema={schema} value={value.value} onChange={(next) => (value.value = next)} />
    </FormDialog>
  );
}
