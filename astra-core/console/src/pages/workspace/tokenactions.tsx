// What can be done with a token of a service account: rotate it, with a time in which the old one is still good, and revoke it.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { IssuedToken } from "astra-client";
import schema from "../../../client/schemas/RotateToken.json";
import { client } from "../../frame/client.ts";
import { Action } from "../../parts/action.tsx";
import { Confirm } from "../../parts/dialog.tsx";
import { FormDialog, type Value } from "../../parts/formdialog.tsx";
import { Lasting } from "../../parts/lasting.tsx";
import type { Schema } from "../../parts/schema.ts";
import { Secret } from "../../parts/secret.tsx";
import { Time } from "../../parts/time.tsx";

const HOUR = 3_600;

export function TokenActions({ id, onDone }: { id: string; onDone: () => void }): VNode {
  const asked = useSignal<"rotate" | "revoke" | undefined>(undefined);
  const issued = useSignal<IssuedToken | undefined>(undefined);
  const close = (): void => void (asked.value = undefined);
  return (
    <span class="choices">
      <Action op="auth.rotate_token" label={`Rotate ${id}`} onPress={() => (asked.value = "rotate")}>
        Rotate
      </Action>
      <Action op="auth.revoke_token" kind="danger" label={`Revoke ${id}`} onPress={() => (asked.value = "revoke")}>
        Revoke
      </Action>
      {asked.value === "rotate" && <Rotate id={id} onIssued={(it) => (issued.value = it)} onClose={close} />}
      {asked.value === "revoke" && (
        <Confirm
          title="Revoke this token?"
          action="Revoke the token"
          done="The token was revoked."
          onClose={close}
          onConfirm={async () => {
            await client.auth.revokeToken(id);
            onDone();
          }}
        >
          <p>
            <code>{id}</code> is refused from the next request on, and so are the tokens that were exchanged for it.
          </p>
        </Confirm>
      )}
      {issued.value && (
        <TokenSecret
          of={issued.value}
          onClose={() => {
            issued.value = undefined;
            onDone();
          }}
        />
      )}
    </span>
  );
}

interface RotateProps {
  readonly id: string;
  readonly onIssued: (issued: IssuedToken) => void;
  readonly onClose: () => void;
}

function Rotate({ id, onIssued, onClose }: RotateProps): VNode {
  const value = useSignal<Value>({ grace_s: HOUR });
  return (
    <FormDialog
      title="Rotate the token"
      op="auth.rotate_token"
      action="Rotate"
      schema={schema as unknown as Schema}
      hidden={["grace_s"]}
      value={value.value}
      onChange={(next) => (value.value = next)}
      before={<p>A new token with the same id and the same lifetime, and with the present role of the account.</p>}
      onSend={async (body) => onIssued(await client.auth.rotateToken(id, body))}
      onClose={onClose}
    >
      <Lasting
        title="The old token stays good for"
        choices={[0, HOUR, 24 * HOUR, 7 * 24 * HOUR]}
        value={value.value["grace_s"] as number | undefined}
        onChange={(grace_s) => (value.value = { grace_s })}
        hint="Time to give the new one to the program."
      />
    </FormDialog>
  );
}

/** The token itself, this once. */
export function TokenSecret({ of: { secret, token }, onClose }: { of: IssuedToken; onClose: () => void }): VNode {
  return (
    <Secret title="The token" texts={[["Token", secret]]} onClose={onClose}>
      <p>
        For <code>Authorization: Bearer</code>. It is good until <Time of={token.expires_at} isExact />.
        {token.grace_until != null && (
          <>
            {" "}
            The old one is good until <Time of={token.grace_until} isExact />.
          </>
        )}
      </p>
    </Secret>
  );
}
