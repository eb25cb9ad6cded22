// Sends a delivery again.

import type { VNode } from "preact";
import type { Delivery } from "astra-client";
import { client } from "../../frame/client.ts";
import { say } from "../../frame/notices.tsx";
import { Action } from "../../parts/action.tsx";

interface RedeliverProps {
  readonly of: Pick<Delivery, "id" | "webhook_id">;
  readonly isRow?: boolean;
  readonly onDone: () => void;
}

export function Redeliver({ of: { id, webhook_id }, isRow = false, onDone }: RedeliverProps): VNode {
  const send = async (): Promise<void> => {
    await client.webhooks.redeliver(webhook_id, id);
    say("It is sent again, with the same id and the same body.");
    onDone();
  };
  return (
    <Action op="webhooks.redeliver" label={isRow ? `Redeliver ${id}` : undefined} onPress={send}>
      Redeliver
    </Action>
  );
}
