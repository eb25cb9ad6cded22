// One service account: what it is, and its tokens with their last use.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { IssuedToken, ServiceAccount } from "astra-client";
import issueSchema from "../../../client/schemas/IssueToken.json";
import updateSchema from "../../../client/schemas/UpdateServiceAccount.json";
import { client } from "../../frame/client.ts";
import { useKeys } from "../../frame/keyboard.ts";
import { may } from "../../frame/permissions.ts";
import { go, href } from "../../frame/router.tsx";
import { me } from "../../frame/session.ts";
import { Action } from "../../parts/action.tsx";
import { Id } from "../../parts/copy.tsx";
import { Confirm } from "../../parts/dialog.tsx";
import { NothingYet, Shown } from "../../parts/empty.tsx";
import { FormDialog, type Value } from "../../parts/formdialog.tsx";
import { Lasting } from "../../parts/lasting.tsx";
import { useResource } from "../../parts/resource.ts";
import type { Schema } from "../../parts/schema.ts";
import { Table, useCursor } from "../../parts/table.tsx";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";
import { RoleField } from "./rolefield.tsx";
import { ScopeList, Scopes } from "./scopes.tsx";
import { TokenActions, TokenSecret } from "./tokenactions.tsx";

const DAY = 86_400;
type Asked = "edit" | "issue" | "delete" | undefined;

export function Account({ id }: { id: string }): VNode {
  const asked = useSignal<Asked>(undefined);
  const issued = useSignal<IssuedToken | undefined>(undefined);
  const account = useResource("auth.get_service_account", { id }, (options) =>
    client.auth.getServiceAccount(id, options),
  );
  const close = (): void => void (asked.value = undefined);
  const ask = (what: Asked, op: Parameters<typeof may>[0]) => () =>
    void (asked.value = may(op).isAllowed ? what : undefined);
  useKeys([
    { key: "e", title: "Edit the service account", run: ask("edit", "auth.update_service_account"), isAction: true },
    { key: "n", title: "Issue a token", run: ask("issue", "auth.issue_token"), isAction: true },
  ]);
  return (
    <>
      <p>
        <a href={href("workspace", [], { tab: "accounts" })}>All service accounts</a>
      </p>
      <Shown of={account}>
        {(it) => (
          <>
            <h1>
              <Text>{it.name}</Text>
            </h1>
            <Facts account={it} />
            <div class="buttons">
              <Action op="auth.issue_token" kind="primary" onPress={() => (asked.value = "issue")}>
                Issue a token
              </Action>
              <Action op="auth.update_service_account" onPress={() => (asked.value = "edit")}>
                Edit
              </Action>
              <Action op="auth.delete_service_account" kind="danger" onPress={() => (asked.value = "delete")}>
                Delete
              </Action>
            </div>
            <Tokens id={id} key={issued.value?.token.id ?? ""} />
            {asked.value === "edit" && <Edit account={it} onSaved={account.put} onClose={close} />}
            {asked.value === "issue" && (
              <Issue account={it} onIssued={(made) => (issued.value = made)} onClose={close} />
            )}
            {asked.value === "delete" && <Delete account={it} onClose={close} />}
            {issued.value && <TokenSecret of={issued.value} onClose={() => (issued.value = undefined)} />}
          </>
        )}
      </Shown>
    </>
  );
}

function Facts({ account }: { account: ServiceAccount }): VNode {
  return (
    <dl class="facts">
      <dt>Id</dt>
      <dd>
        <Id id={account.id} />
      </dd>
      <dt>Role</dt>
      <dd>{account.role}</dd>
      <dt>Scopes</dt>
      <dd>
        <ScopeList of={account.scopes} />
      </dd>
      <dt>Made</dt>
      <dd>
        <Time of={account.created_at} /> by <code>{account.created_by}</code>, changed <Time of={account.updated_at} />
      </dd>
      <dt>What it did</dt>
      <dd>
        <a href={href("sessions", [], { user_id: account.id })}>sessions</a>,{" "}
        <a href={href("traces", [], { user_id: account.id })}>traces</a>,{" "}
        <a href={href("admin", [], { tab: "audit", actor: account.id })}>changes</a>
      </dd>
    </dl>
  );
}

function Tokens({ id }: { id: string }): VNode {
  const cursor = useCursor();
  const tokens = useResource("auth.list_tokens", { id, cursor }, (options) =>
    client.auth.listTokens(id, { cursor, limit: 50, ...options }),
  );
  return (
    <section>
      <h2>Tokens</h2>
      <Shown of={tokens}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <NothingYet what="It has no tokens: no program can call the gateway as this account yet." />
          ) : (
            <Table
              title="Tokens"
              rows={items}
              id={(token) => token.id}
              next={nextCursor}
              columns={[
                { title: "Token", cell: (token) => <Id id={token.id} /> },
                { title: "Last used", cell: (token) => <Time of={token.last_used_at} /> },
                { title: "Scopes", cell: ({ scopes }) => <ScopeList of={scopes} />, isWide: true },
                {
                  title: "Rotated",
                  cell: (token) => (
                    <>
                      <Time of={token.rotated_at} />
                      {token.grace_until != null && Date.parse(token.grace_until) > Date.now() && (
                        <span class="small faint">
                          <br />
                          old one good until <Time of={token.grace_until} isExact />
                        </span>
                      )}
                    </>
                  ),
                  isWide: true,
                },
                { title: "Issued", cell: (token) => <Time of={token.created_at} />, isWide: true },
                { title: "Expires", cell: (token) => <Expiry at={token.expires_at} /> },
                { title: "Actions", cell: (token) => <TokenActions id={token.id} onDone={tokens.reload} /> },
              ]}
            />
          )
        }
      </Shown>
    </section>
  );
}

function Expiry({ at }: { at: string }): VNode {
  const left = Date.parse(at) - Date.now();
  if (left <= 0) return <span class="tag bad">expired</span>;
  return left < 7 * DAY * 1000 ? (
    <span class="tag warn">
      <Time of={at} />
    </span>
  ) : (
    <Time of={at} />
  );
}

interface DialogProps {
  readonly account: ServiceAccount;
  readonly onClose: () => void;
}

function Issue({
  account,
  onIssued,
  onClose,
}: DialogProps & { readonly onIssued: (made: IssuedToken) => void }): VNode {
  const value = useSignal<Value>({ expires_in: 90 * DAY });
  const own = me.value?.scopes ?? [];
  return (
    <FormDialog
      title="Issue a token"
      op="auth.issue_token"
      action="Issue"
      schema={issueSchema as unknown as Schema}
      hidden={["expires_in", "scopes"]}
      value={value.value}
      onChange={(next) => (value.value = next)}
      onSend={async (body) => onIssued(await client.auth.issueToken(account.id, body))}
      onClose={onClose}
    >
      <Lasting
        title="Good for"
        choices={[DAY, 30 * DAY, 90 * DAY, 365 * DAY]}
        value={value.value["expires_in"] as number | undefined}
        onChange={(expires_in) => (value.value = { ...value.peek(), expires_in })}
      />
      <Scopes
        title="Scopes"
        all="all of the account"
        from={account.scopes.filter((scope) => own.includes(scope))}
        value={value.value["scopes"] as readonly string[] | undefined}
        onChange={(scopes) => {
          const { scopes: _, ...rest } = value.peek();
          value.value = scopes === undefined ? rest : { ...rest, scopes };
        }}
      />
    </FormDialog>
  );
}

function Edit({
  account,
  onSaved,
  onClose,
}: DialogProps & { readonly onSaved: (saved: ServiceAccount) => void }): VNode {
  const value = useSignal<Value>({ name: account.name, role: account.role, scopes: account.scopes });
  const choices = [...new Set([...account.scopes, ...(me.value?.scopes ?? [])])];
  const set = (more: Value): void => void (value.value = { ...value.peek(), ...more });
  const send = async (body: Value): Promise<void> => {
    const before: Value = { name: account.name, role: account.role, scopes: account.scopes };
    const changes = Object.fromEntries(
      Object.entries(body).filter(([name, inner]) => JSON.stringify(inner) !== JSON.stringify(before[name])),
    );
    onSaved(await client.auth.updateServiceAccount(account.id, changes));
  };
  return (
    <FormDialog
      title="Edit the service account"
      op="auth.update_service_account"
      action="Save"
      done="The service account was saved."
      schema={updateSchema as unknown as Schema}
      hidden={["role", "scopes"]}
      value={value.value}
      onChange={(next) => (value.value = next)}
      before={
        <p>
          What is taken away, its tokens lose with the next request. What is added, tokens have that are issued or
          rotated afterwards.
        </p>
      }
      onSend={send}
      onClose={onClose}
    >
      <RoleField value={String(value.value["role"])} onChange={(role) => set({ role })} />
      <Scopes
        title="Scopes"
        all=""
        hasAll={false}
        from={choices}
        value={value.value["scopes"] as readonly string[]}
        onChange={(scopes) => set({ scopes })}
      />
    </FormDialog>
  );
}

function Delete({ account, onClose }: DialogProps): VNode {
  return (
    <Confirm
      title={`Delete ${account.name}?`}
      action="Delete the service account"
      typed={account.name}
      done="The service account was deleted."
      onClose={onClose}
      onConfirm={async () => {
        await client.auth.deleteServiceAccount(account.id);
        go(href("workspace", [], { tab: "accounts" }), true);
      }}
    >
      <p>
        Its tokens, and those that it got for end users, are refused from the next request on. Sessions and usage stay.
      </p>
    </Confirm>
  );
}
