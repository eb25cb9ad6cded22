// Sends again all deliveries that have failed since a time.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { RecoverWebhook, Webhook } from "astra-client";
import recoverSchema from "../../../client/schemas/RecoverWebhook.json";
import { client } from "../../frame/client.ts";
import { go, href } from "../../frame/router.tsx";
import { FormDialog } from "../../parts/formdialog.tsx";
import type { Schema } from "../../parts/schema.ts";
import { When } from "../../parts/when.tsx";

const DAY_MS = 86_400_000;

export function Recover({ hook, onClose }: { hook: Webhook; onClose: () => void }): VNode {
  const from = hook.failing_since ?? new Date(Date.now() - DAY_MS).toISOString();
  const value = useSignal<Record<string, unknown>>({ from });
  const set = (name: string, time: string | undefined): void => {
    const { [name]: _, ...rest } = value.peek();
    value.value = time === undefined ? rest : { ...rest, [name]: time };
  };
  const send = async (body: Record<string, unknown>): Promise<void> => {
    const { job_id } = await client.webhooks.recover(hook.id, body as unknown as RecoverWebhook);
    go(href("jobs", [job_id]));
  };
  return (
    <FormDialog
      title="Send again what failed"
      op="webhooks.recover"
      action="Send them again"
      done="This job sends them; its result says how many there were."
      schema={recoverSchema as unknown as Schema}
      hidden={["from", "to"]}
      value={value.value}
      before={<p>All deliveries that have failed, of those made between two times, are sent again with the same ids and bodies.</p>}
      onChange={(next) => (value.value = next)}
      onSend={send}
      onClose={onClose}
    >
      <When
        title="Made at or after"
        isRequired
        hint={hook.failing_since === null ? "The last 24 hours, unless you say another time." : "Since when all attempts have failed."}
        value={value.value["from"] as string | undefined}
        onChange={(time) => set("from", time)}
      />
      <When title="Made before" hint="Now by default." value={value.value["to"] as string | undefined} onChange={(time) => set("to", time)} />
    </FormDialog>
  );
}
