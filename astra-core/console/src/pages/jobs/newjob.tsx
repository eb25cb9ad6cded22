// A new job.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { EnqueueJob } from "astra-client";
import enqueueSchema from "../../../client/schemas/EnqueueJob.json";
import { client } from "../../frame/client.ts";
import { go, href } from "../../frame/router.tsx";
import { FormDialog } from "../../parts/formdialog.tsx";
import type { Schema } from "../../parts/schema.ts";
import { When } from "../../parts/when.tsx";
import { About, type Value } from "./payload.tsx";

const schema = enqueueSchema as unknown as Schema;

export function NewJob({ onClose }: { onClose: () => void }): VNode {
  const value = useSignal<Value>({ type: "agent_run", payload: {} });
  const { type, payload, run_at } = value.value;
  const send = async (body: Value): Promise<void> => {
    const job = await client.jobs.enqueue(body as unknown as EnqueueJob);
    go(href("jobs", [job.id]));
  };
  const about = (
    <About
      type={String(type ?? "")}
      payload={(payload ?? {}) as Value}
      onChange={(nextType, nextPayload) => (value.value = { ...value.peek(), type: nextType, payload: nextPayload })}
    />
  );
  return (
    <FormDialog
      title="New job"
      op="jobs.enqueue"
      action="Begin"
      done="The job is kept, and runs until it has ended."
      schema={schema}
      hidden={["type", "payload", "run_at"]}
      value={value.value}
      before={
        <>
          {about}
          <When
            title="Not before"
            hint="At once by default."
            value={run_at as string | undefined}
            onChange={(time) => {
              const { run_at: _, ...rest } = value.peek();
              value.value = time === undefined ? rest : { ...rest, run_at: time };
            }}
          />
        </>
      }
      onChange={(next) => (value.value = next)}
      onSend={send}
      onClose={onClose}
    />
  );
}
