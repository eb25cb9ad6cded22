// Service accounts: names, roles and scopes of programs.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { CreateServiceAccount } from "astra-client";
import schema from "../../../client/schemas/CreateServiceAccount.json";
import { client } from "../../frame/client.ts";
import { useKeys } from "../../frame/keyboard.ts";
import { may } from "../../frame/permissions.ts";
import { go, href, place, setQuery } from "../../frame/router.tsx";
import { me } from "../../frame/session.ts";
import { Action } from "../../parts/action.tsx";
import { Id } from "../../parts/copy.tsx";
import { NothingYet, Shown } from "../../parts/empty.tsx";
import { FormDialog, type Value } from "../../parts/formdialog.tsx";
import { useResource } from "../../parts/resource.ts";
import type { Schema } from "../../parts/schema.ts";
import { Table, useCursor } from "../../parts/table.tsx";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";
import { RoleField } from "./rolefield.tsx";
import { ScopeList, Scopes } from "./scopes.tsx";
import { TokenActions } from "./tokenactions.tsx";

export function Accounts(): VNode {
  const cursor = useCursor();
  const isNew = useSignal(false);
  const accounts = useResource("auth.list_service_accounts", { cursor }, (options) =>
    client.auth.listServiceAccounts({ cursor, limit: 50, ...options }),
  );
  const begin = (): void => void (isNew.value = may("auth.create_service_account").isAllowed);
  useKeys([{ key: "n", title: "New service account", run: begin, isAction: true }]);
  const { token } = place.value.query;
  const create = (
    <Action op="auth.create_service_account" kind="primary" onPress={begin}>
      New service account
    </Action>
  );
  return (
    <>
      {token !== undefined && <OneToken id={token} />}
      <Shown of={accounts}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <NothingYet
              what="A service account is a program with a role and scopes of its own. It calls the gateway with its tokens."
              command="astra token issue --name ci --role member"
            >
              {create}
            </NothingYet>
          ) : (
            <>
              <div class="buttons">{create}</div>
              <Table
                title="Service accounts"
                rows={items}
                id={({ id }) => id}
                link={({ id }) => href("workspace", ["accounts", id])}
                next={nextCursor}
                columns={[
                  { title: "Name", cell: ({ name }) => <Text>{name}</Text> },
                  { title: "Role", cell: ({ role }) => <span class="tag">{role}</span> },
                  { title: "Scopes", cell: ({ scopes }) => <ScopeList of={scopes} />, isWide: true },
                  { title: "Id", cell: ({ id }) => <Id id={id} />, isWide: true },
                  { title: "Made", cell: ({ created_at }) => <Time of={created_at} />, isWide: true },
                  {
                    title: "Tokens",
                    cell: ({ id, name }) => (
                      <a href={href("workspace", ["accounts", id])} aria-label={`Tokens of ${name}`}>
                        tokens
                      </a>
                    ),
                  },
                ]}
              />
            </>
          )
        }
      </Shown>
      {isNew.value && <Create onClose={() => (isNew.value = false)} />}
    </>
  );
}

/** Where the id of a token led to: the gateway says of no token which account it belongs to, and takes its id alone. */
function OneToken({ id }: { id: string }): VNode {
  return (
    <section class="card" aria-label="A token">
      <p>
        The token <code>{id}</code> is listed with its service account. It can be rotated and revoked from here too.
      </p>
      <TokenActions id={id} onDone={() => undefined} />
      <button type="button" class="plain" onClick={() => setQuery({ token: null })}>
        Forget it
      </button>
    </section>
  );
}

function Create({ onClose }: { onClose: () => void }): VNode {
  const value = useSignal<Value>({ role: "member" });
  const set = (more: Value): void => void (value.value = { ...value.peek(), ...more });
  return (
    <FormDialog
      title="New service account"
      op="auth.create_service_account"
      action="Create"
      schema={schema as unknown as Schema}
      hidden={["role", "scopes"]}
      value={value.value}
      onChange={(next) => (value.value = next)}
      done="The service account was created. Issue its first token here."
      onSend={async (body) => {
        const made = await client.auth.createServiceAccount(body as unknown as CreateServiceAccount);
        queueMicrotask(() => go(href("workspace", ["accounts", made.id])));
      }}
      onClose={onClose}
    >
      <RoleField value={String(value.value["role"])} onChange={(role) => set({ role })} />
      <Scopes
        title="Scopes"
        all="all that its role can use and you have"
        from={me.value?.scopes ?? []}
        value={value.value["scopes"] as readonly string[] | undefined}
        onChange={(scopes) => {
          const { scopes: _, ...rest } = value.peek();
          value.value = scopes === undefined ? rest : { ...rest, scopes };
        }}
      />
    </FormDialog>
  );
}
