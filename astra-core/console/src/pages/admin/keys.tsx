// The keys that sign tokens, and a new one.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import { client } from "../../frame/client.ts";
import { Action } from "../../parts/action.tsx";
import { Confirm } from "../../parts/dialog.tsx";
import { NothingYet, Shown } from "../../parts/empty.tsx";
import { useResource } from "../../parts/resource.ts";
import { Table, useCursor } from "../../parts/table.tsx";
import { Time } from "../../parts/time.tsx";

export function Keys(): VNode {
  const cursor = useCursor();
  const isAsked = useSignal(false);
  const revokesOld = useSignal(false);
  const keys = useResource("auth.list_keys", { cursor }, (options) =>
    client.auth.listKeys({ cursor, limit: 50, ...options }),
  );
  return (
    <>
      <p class="small faint">
        Programs verify tokens with the public halves, which stand at <code>/.well-known/jwks.json</code>. The private
        halves never leave the gateway.
      </p>
      <div class="buttons">
        <Action op="auth.rotate_keys" onPress={() => (isAsked.value = true)}>
          Rotate the keys
        </Action>
      </div>
      <Shown of={keys}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <NothingYet what="No keys are listed: they belong to the gateway's first workspace, or tokens are signed with a shared secret." />
          ) : (
            <Table
              title="Signing keys"
              rows={items}
              id={({ kid }) => kid}
              next={nextCursor}
              columns={[
                { title: "Key", cell: ({ kid }) => <code>{kid}</code> },
                {
                  title: "State",
                  cell: ({ is_signing }) => (
                    <span class={is_signing ? "tag good" : "tag"}>{is_signing ? "signs" : "verifies"}</span>
                  ),
                },
                { title: "Algorithm", cell: ({ algorithm }) => algorithm, isWide: true },
                { title: "Made", cell: ({ created_at }) => <Time of={created_at} /> },
                { title: "Replaced", cell: ({ retired_at }) => (retired_at == null ? "–" : <Time of={retired_at} />) },
              ]}
            />
          )
        }
      </Shown>
      {isAsked.value && (
        <Confirm
          title="Rotate the signing keys?"
          action="Rotate the keys"
          typed={revokesOld.value ? "refuse all" : undefined}
          done="A new key signs from now on."
          onClose={() => (isAsked.value = false)}
          onConfirm={async () => {
            await client.auth.rotateKeys({ revoke_old: revokesOld.peek() });
            keys.reload();
          }}
        >
          <p>A new key signs from now on. Tokens of the earlier keys stay good until they expire.</p>
          <label class="check">
            <input
              type="checkbox"
              checked={revokesOld.value}
              onChange={(event) => (revokesOld.value = event.currentTarget.checked)}
            />
            <span>Refuse all tokens of the earlier keys at once</span>
          </label>
          {revokesOld.value && (
            <p class="bad">
              All tokens of service accounts have to be rotated or issued again. People stay signed in: their sign-ins
              get new tokens.
            </p>
          )}
        </Confirm>
      )}
    </>
  );
}
