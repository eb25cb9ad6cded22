// A new webhook, and changes of one.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { CreateWebhook, UpdateWebhook, Webhook, WebhookWithSecret } from "astra-client";
import createSchema from "../../../client/schemas/CreateWebhook.json";
import updateSchema from "../../../client/schemas/UpdateWebhook.json";
import { client, PreconditionFailedError } from "../../frame/client.ts";
import { go, href } from "../../frame/router.tsx";
import { useAgentIds } from "../../parts/agentids.ts";
import { FormDialog } from "../../parts/formdialog.tsx";
import { type Pairs, PairsField } from "../../parts/pairs.tsx";
import { patchFrom } from "../../parts/patch.ts";
import type { Schema } from "../../parts/schema.ts";
import { Secret } from "../../parts/secret.tsx";
import { type Tagged, tagged } from "../../parts/tagged.ts";
import { Chosen } from "./chosen.tsx";
import { useEventTypes } from "./events.tsx";

type Value = Record<string, unknown>;

interface FieldsProps {
  readonly title: string;
  readonly op: "webhooks.create" | "webhooks.update";
  readonly action: string;
  readonly done: string;
  readonly schema: Schema;
  readonly value: Value;
  readonly kept?: readonly string[];
  readonly onSend: (value: Value) => Promise<void>;
  readonly onClose: () => void;
}

function Fields({ kept = [], value: first, onSend, ...rest }: FieldsProps): VNode {
  const value = useSignal<Value>(first);
  const types = useEventTypes();
  const agents = useAgentIds();
  const set = (name: string, inner: unknown): void => void (value.value = { ...value.peek(), [name]: inner });
  const listOf = (name: string): readonly string[] => (value.value[name] ?? []) as string[];
  return (
    <FormDialog
      {...rest}
      hidden={["headers", "events", "agent_ids", "is_enabled"]}
      value={value.value}
      onChange={(next) => (value.value = next)}
      onSend={onSend}
    >
      <Chosen
        title="Events"
        none="all events, those of later versions too"
        choices={types.data?.items.map(({ name, description }) => [name, description] as const) ?? []}
        value={listOf("events")}
        onChange={(events) => set("events", events)}
      />
      <Chosen
        title="Agents"
        none="events of all agents, and those that are about no agent"
        choices={agents.map((id) => [id, ""] as const)}
        value={listOf("agent_ids")}
        onChange={(ids) => set("agent_ids", ids)}
      />
      <PairsField
        title="Headers"
        one="header"
        kept={kept}
        hint="Headers of each request, such as Authorization. Their values are sealed at rest and never shown."
        value={(value.value["headers"] ?? {}) as Pairs}
        onChange={(headers) => set("headers", headers)}
      />
    </FormDialog>
  );
}

export function NewWebhook({ onClose, onDone }: { onClose: () => void; onDone: () => void }): VNode {
  const made = useSignal<WebhookWithSecret | undefined>(undefined);
  const send = async (value: Value): Promise<void> => {
    made.value = await client.webhooks.create(value as unknown as CreateWebhook);
    onDone();
  };
  if (made.value !== undefined) {
    const { secret, webhook } = made.value;
    return (
      <ShownSecret
        secret={secret}
        onClose={() => {
          onClose();
          go(href("hooks", [webhook.id]));
        }}
      />
    );
  }
  return (
    <Fields
      title="New webhook"
      op="webhooks.create"
      action="Make the webhook"
      done="The webhook is on."
      schema={createSchema as unknown as Schema}
      value={{ payload: "full", is_enabled: true }}
      onSend={send}
      onClose={() => {
        // The dialog of the secret is still to be seen.
        if (made.peek() === undefined) onClose();
      }}
    />
  );
}

export function ShownSecret({ secret, onClose }: { secret: string; onClose: () => void }): VNode {
  return (
    <Secret title="The secret of the webhook" texts={[["the secret", secret]]} onClose={onClose}>
      <p class="hint">The receiver verifies signatures with it, by a library of Standard Webhooks.</p>
    </Secret>
  );
}

const settings = ["url", "description", "events", "agent_ids", "payload"] as const;

interface EditProps {
  readonly of: Tagged<Webhook>;
  readonly onPut: (next: Tagged<Webhook>) => void;
  readonly onReload: () => void;
  readonly onClose: () => void;
}

export function EditWebhook({ of, onPut, onReload, onClose }: EditProps): VNode {
  const begun = useSignal(of).value;
  const before: Value = Object.fromEntries(settings.map((name) => [name, begun.state[name]]));
  const send = async ({ headers, ...after }: Value): Promise<void> => {
    const patch = patchFrom(before, after);
    if (headers !== undefined && Object.keys(headers as Pairs).length > 0) patch["headers"] = headers;
    if (Object.keys(patch).length === 0) return;
    try {
      onPut(await tagged(client.webhooks.update(begun.state.id, patch as UpdateWebhook, { ifMatch: begun.etag })));
    } catch (error) {
      if (error instanceof PreconditionFailedError) onReload();
      throw error;
    }
  };
  return (
    <Fields
      title="Edit the webhook"
      op="webhooks.update"
      action="Save"
      done="The webhook was saved."
      schema={updateSchema as unknown as Schema}
      value={before}
      kept={begun.state.header_names}
      onSend={send}
      onClose={onClose}
    />
  );
}
