// One webhook: where it sends, how that goes, its secret's age, and its deliveries.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Webhook as WebhookOf } from "astra-client";
import { client } from "../../frame/client.ts";
import { useKeys } from "../../frame/keyboard.ts";
import { may } from "../../frame/permissions.ts";
import { go, href } from "../../frame/router.tsx";
import { Action } from "../../parts/action.tsx";
import { Id } from "../../parts/copy.tsx";
import { Confirm } from "../../parts/dialog.tsx";
import { Shown } from "../../parts/empty.tsx";
import { count } from "../../parts/number.ts";
import { useResource } from "../../parts/resource.ts";
import { type Tagged, tagged } from "../../parts/tagged.ts";
import { Text } from "../../parts/text.tsx";
import { useTicking } from "../../parts/ticking.ts";
import { Time } from "../../parts/time.tsx";
import { Deliveries } from "./deliveries.tsx";
import { EditWebhook, ShownSecret } from "./edit.tsx";
import { Switch, Test } from "./hookactions.tsx";
import { Recover } from "./recover.tsx";
import { HookState, newestSecret, WhyHook } from "./state.tsx";

const CALM_MS = 15_000;

export function Webhook({ id }: { id: string }): VNode {
  const hook = useResource("webhooks.get", { id }, (options) => tagged(client.webhooks.get(id, options)), {
    live: ["webhook.disabled"],
  });
  useTicking(hook.reload, hook.data !== undefined, CALM_MS);
  return (
    <>
      <p>
        <a href={href("hooks")}>All webhooks</a>
      </p>
      <Shown of={hook}>
        {(of) => (
          <>
            <Head of={of} onPut={hook.put} onReload={hook.reload} />
            <Facts of={of.state} />
            <Deliveries hook={of.state} />
          </>
        )}
      </Shown>
    </>
  );
}

interface HeadProps {
  readonly of: Tagged<WebhookOf>;
  readonly onPut: (next: Tagged<WebhookOf>) => void;
  readonly onReload: () => void;
}

type Asked = "edit" | "rotate" | "recover" | "delete" | undefined;

function Head({ of, onPut, onReload }: HeadProps): VNode {
  const asked = useSignal<Asked>(undefined);
  const secret = useSignal<string | undefined>(undefined);
  const { state } = of;
  const close = (): void => void (asked.value = undefined);
  const edit = (): void => {
    if (may("webhooks.update").isAllowed) asked.value = "edit";
  };
  useKeys([{ key: "e", title: "Edit the webhook", run: edit, isAction: true }]);
  return (
    <>
      <div class="heading">
        <h1>
          <Text>{state.description || state.url}</Text>
        </h1>
        <HookState of={state} /> <WhyHook of={state} />
      </div>
      <div class="buttons">
        <Test hook={state} />
        <Action op="webhooks.update" onPress={() => (asked.value = "edit")}>
          Edit
        </Action>
        <Action
          op="webhooks.recover"
          isOff={!state.is_enabled && "It is off: switch it on first."}
          onPress={() => (asked.value = "recover")}
        >
          Recover …
        </Action>
        <Action op="webhooks.rotate_secret" onPress={() => (asked.value = "rotate")}>
          Rotate the secret
        </Action>
        <Switch hook={state} onDone={onReload} />
        <Action op="webhooks.delete" kind="danger" onPress={() => (asked.value = "delete")}>
          Delete
        </Action>
      </div>
      {asked.value === "edit" && <EditWebhook of={of} onPut={onPut} onReload={onReload} onClose={close} />}
      {asked.value === "recover" && <Recover hook={state} onClose={close} />}
      {asked.value === "rotate" && (
        <Confirm
          title="Rotate the secret?"
          action="Make a new secret"
          onClose={close}
          onConfirm={async () => {
            const made = await client.webhooks.rotateSecret(state.id);
            secret.value = made.secret;
            onReload();
          }}
        >
          <p>For 24 hours each delivery is signed with the new secret and with the one before, so that the receiver can change over.</p>
        </Confirm>
      )}
      {secret.value !== undefined && <ShownSecret secret={secret.value} onClose={() => (secret.value = undefined)} />}
      {asked.value === "delete" && <Delete of={of} onClose={close} />}
    </>
  );
}

function Delete({ of: { state, etag }, onClose }: { of: Tagged<WebhookOf>; onClose: () => void }): VNode {
  return (
    <Confirm
      title="Delete this webhook?"
      action="Delete the webhook"
      typed={state.id}
      done="The webhook was deleted."
      onClose={onClose}
      onConfirm={async () => {
        await client.webhooks.delete(state.id, { ifMatch: etag });
        go(href("hooks"), true);
      }}
    >
      <p>What waits is not sent any more, and its deliveries cannot be read any more.</p>
    </Confirm>
  );
}

function Facts({ of }: { of: WebhookOf }): VNode {
  const newest = newestSecret(of);
  const older = of.secrets.filter((it) => it !== newest);
  return (
    <dl class="facts">
      <dt>Id</dt>
      <dd>
        <Id id={of.id} />
      </dd>
      <dt>Sends to</dt>
      <dd>
        <code>
          <Text>{of.url}</Text>
        </code>
      </dd>
      <dt>Events</dt>
      <dd>{of.events.length === 0 ? "all" : of.events.join(", ")}</dd>
      <dt>Agents</dt>
      <dd>{of.agent_ids.length === 0 ? "all, and events that are about no agent" : of.agent_ids.join(", ")}</dd>
      <dt>Of each event</dt>
      <dd>{of.payload === "thin" ? "thin: the id of what it is about" : of.payload === "full" ? "full: the data" : of.payload}</dd>
      {of.header_names.length > 0 && (
        <>
          <dt>Headers</dt>
          <dd>
            {of.header_names.join(", ")} <span class="faint">(values are not shown)</span>
          </dd>
        </>
      )}
      <dt>Secret</dt>
      <dd>
        made <Time of={newest?.created_at} />
        {older.map(({ created_at, expires_at }) => (
          <div key={created_at}>
            the one of <Time of={created_at} isExact /> signs until <Time of={expires_at} isExact />
          </div>
        ))}
      </dd>
      <dt>Failures in a row</dt>
      <dd class={of.consecutive_failures > 0 ? "bad" : undefined}>{count(of.consecutive_failures)}</dd>
      <dt>Last success</dt>
      <dd>
        <Time of={of.last_success_at} />
      </dd>
      <dt>Made</dt>
      <dd>
        <Time of={of.created_at} /> by <code>{of.created_by}</code>, changed <Time of={of.updated_at} />
      </dd>
    </dl>
  );
}
