// Test; switch on and off.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Webhook } from "astra-client";
import { client } from "../../frame/client.ts";
import { go, href } from "../../frame/router.tsx";
import { Action } from "../../parts/action.tsx";
import { Confirm } from "../../parts/dialog.tsx";
import { say } from "../../frame/notices.tsx";

interface HookProps {
  readonly hook: Webhook;
  readonly isRow?: boolean;
}

const nameOf = ({ description, url }: Webhook): string => description || url;

/** Sends a test, and shows what becomes of it. */
export function Test({ hook, isRow = false }: HookProps): VNode {
  const test = async (): Promise<void> => {
    const sent = await client.webhooks.test(hook.id);
    go(href("hooks", [hook.id, "deliveries", sent.id]));
  };
  return (
    <Action op="webhooks.test" label={isRow ? `Test ${nameOf(hook)}` : undefined} onPress={test}>
      Test
    </Action>
  );
}

export function Switch({ hook, isRow = false, onDone }: HookProps & { readonly onDone: () => void }): VNode {
  const isAsking = useSignal(false);
  const word = hook.is_enabled ? "Disable" : "Enable";
  const set = async (isEnabled: boolean): Promise<void> => {
    await client.webhooks.update(hook.id, { is_enabled: isEnabled });
    onDone();
  };
  const press = async (): Promise<void> => {
    if (hook.is_enabled) isAsking.value = true;
    else {
      await set(true);
      say("The webhook is on: it gets what happens from now on. What failed is sent again by “Recover”.");
    }
  };
  return (
    <>
      <Action op="webhooks.update" label={isRow ? `${word} ${nameOf(hook)}` : undefined} onPress={press}>
        {word}
      </Action>
      {isAsking.value && (
        <Confirm
          title="Switch this webhook off?"
          action="Switch it off"
          done="The webhook is off."
          onClose={() => (isAsking.value = false)}
          onConfirm={() => set(false)}
        >
          <p>Deliveries that wait have failed then, and what happens while it is off is not sent to it, also not later.</p>
        </Confirm>
      )}
    </>
  );
}
