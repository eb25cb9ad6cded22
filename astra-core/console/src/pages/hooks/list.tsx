// The webhooks of the workspace, and how each is doing.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Webhook } from "astra-client";
import { client } from "../../frame/client.ts";
import { href } from "../../frame/router.tsx";
import { Action } from "../../parts/action.tsx";
import { NothingYet, Shown } from "../../parts/empty.tsx";
import { count } from "../../parts/number.ts";
import { useResource } from "../../parts/resource.ts";
import { Table, useCursor } from "../../parts/table.tsx";
import { Text } from "../../parts/text.tsx";
import { useTicking } from "../../parts/ticking.ts";
import { Time } from "../../parts/time.tsx";
import { NewWebhook } from "./edit.tsx";
import { Switch, Test } from "./hookactions.tsx";
import { HookState, newestSecret, WhyHook } from "./state.tsx";

const CALM_MS = 15_000;

export function List(): VNode {
  const cursor = useCursor();
  const isAdding = useSignal(false);
  const hooks = useResource("webhooks.list", { cursor }, (options) => client.webhooks.list({ cursor, limit: 50, ...options }), {
    live: ["webhook.disabled"],
  });
  useTicking(hooks.reload, (hooks.data?.items.length ?? 0) > 0, CALM_MS);
  return (
    <>
      <div class="heading">
        <p class="faint">A webhook sends what happens in the workspace to an address of others, signed.</p>
        <span class="fill" />
        <Action op="webhooks.create" kind="primary" onPress={() => (isAdding.value = true)}>
          New webhook
        </Action>
      </div>
      <Shown of={hooks}>
        {({ items, nextCursor }) =>
          items.length === 0 && cursor === undefined ? (
            <NothingYet
              what="There is no webhook yet. The command makes one that prints what comes, as long as it runs; the button makes one that stays."
              command="astra webhooks listen --register"
            >
              <Action op="webhooks.create" onPress={() => (isAdding.value = true)}>
                Make the first one
              </Action>
            </NothingYet>
          ) : (
            <Rows hooks={items} next={nextCursor} onChange={hooks.reload} />
          )
        }
      </Shown>
      {isAdding.value && <NewWebhook onClose={() => (isAdding.value = false)} onDone={hooks.reload} />}
    </>
  );
}

interface RowsProps {
  readonly hooks: readonly Webhook[];
  readonly next: string | undefined;
  readonly onChange: () => void;
}

function Rows({ hooks, next, onChange }: RowsProps): VNode {
  return (
    <Table
      title="Webhooks"
      rows={hooks}
      id={({ id }) => id}
      link={({ id }) => href("hooks", [id])}
      next={next}
      columns={[
        { title: "Webhook", cell: ({ url, description }) => <Text>{description || url}</Text> },
        {
          title: "State",
          cell: (it) => (
            <>
              <HookState of={it} /> <WhyHook of={it} />
            </>
          ),
        },
        {
          title: "Failures in a row",
          cell: ({ consecutive_failures: failures }) => <span class={failures > 0 ? "bad" : undefined}>{count(failures)}</span>,
          isNumber: true,
        },
        { title: "Last success", cell: ({ last_success_at }) => <Time of={last_success_at} /> },
        { title: "Events", cell: ({ events }) => (events.length === 0 ? "all" : events.join(", ")), isWide: true },
        { title: "Secret made", cell: (it) => <Time of={newestSecret(it)?.created_at} />, isWide: true },
        {
          title: "Do",
          cell: (it) => (
            <div class="do">
              <Test hook={it} isRow /> <Switch hook={it} isRow onDone={onChange} />
            </div>
          ),
        },
      ]}
    />
  );
}
