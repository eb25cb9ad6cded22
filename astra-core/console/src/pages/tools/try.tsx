// A call of a tool without a model: a form made of its schema, and what came of it.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { InvokedTool, ToolInfo } from "astra-client";
import { ApiError, client } from "../../frame/client.ts";
import { Problem } from "../../frame/notices.tsx";
import { me } from "../../frame/session.ts";
import { Action } from "../../parts/action.tsx";
import { Code } from "../../parts/code.tsx";
import { Confirm } from "../../parts/dialog.tsx";
import { Form } from "../../parts/form.tsx";
import { type Fault, faultsOf } from "../../parts/schema.ts";
import { duration } from "../../parts/time.tsx";
import { schemaOf } from "./parameters.ts";

type Value = Record<string, unknown>;

const MARGIN_MS = 10_000;

/** Why the gateway would refuse the call, as far as it is known before. */
function refusal(tool: ToolInfo, agent: string | undefined): string | false {
  const isAdmin = me.value?.role === "admin" || me.value?.role === "owner";
  if (tool.decision === "denied") return `The policy of ${agent} denies it to all.`;
  if (isAdmin) return false;
  if (tool.is_destructive) return "It says of itself that it is destructive: admins and owners may call it.";
  return tool.decision === "needs_approval" && "It needs an approval: admins and owners may call it.";
}

/** The gateway's pointers begin at the body; the form's begin at the arguments. */
const within = (pointer: string): string => pointer.replace(/^\/arguments/, "");

export function Try({ tool, agent }: { tool: ToolInfo; agent: string | undefined }): VNode {
  const schema = schemaOf(tool.parameters);
  const value = useSignal<Value>({});
  const faults = useSignal<readonly Fault[]>([]);
  const error = useSignal<unknown>(undefined);
  const came = useSignal<InvokedTool | undefined>(undefined);
  const isAsking = useSignal(false);
  const call = async (): Promise<void> => {
    error.value = undefined;
    came.value = undefined;
    try {
      const body = { arguments: value.peek(), ...(agent === undefined ? {} : { agent_id: agent }) };
      came.value = await client.tools.invoke(tool.name, body, { timeout: tool.timeout_ms + MARGIN_MS, maxRetries: 0 });
    } catch (thrown) {
      error.value = thrown;
      if (thrown instanceof ApiError) {
        faults.value = thrown.errors.map(({ pointer = "", detail = "" }) => ({ pointer: within(pointer), detail }));
      }
    }
  };
  const press = async (): Promise<void> => {
    faults.value = faultsOf(value.peek(), schema);
    if (faults.peek().length > 0) return;
    if (tool.is_destructive) isAsking.value = true;
    else await call();
  };
  const drawn = Object.keys(schema.properties ?? {});
  const others = faults.value.filter(({ pointer }) => !drawn.includes(pointer.split("/")[1] ?? ""));
  return (
    <section aria-labelledby="try-title">
      <h2 id="try-title">Try it</h2>
      <p class="hint">It is called as a model would call it, for real; nothing of the call is kept.</p>
      {drawn.length > 0 ? (
        <Form schema={schema} value={value.value} faults={faults.value} onChange={(next) => (value.value = next)} />
      ) : (
        <Form
          schema={{ type: "object", properties: { arguments: { description: "A JSON object; none if it takes none." } } }}
          value={Object.keys(value.value).length === 0 ? {} : { arguments: value.value }}
          onChange={({ arguments: next }) => (value.value = (next ?? {}) as Value)}
        />
      )}
      {others.length > 0 && (
        <p class="fault" role="alert">
          {others.map(({ pointer, detail }) => `${pointer.slice(1)} ${detail}`.trim()).join("; ")}
        </p>
      )}
      <div class="buttons">
        <Action op="tools.invoke" kind="primary" isOff={refusal(tool, agent)} onPress={press}>
          Call it
        </Action>
      </div>
      <div aria-live="polite">
        <Problem error={error.value} />
        {came.value !== undefined && <Came of={came.value} />}
      </div>
      {isAsking.value && (
        <Confirm
          title={`Call ${tool.name}?`}
          action="Call it"
          onClose={() => (isAsking.value = false)}
          onConfirm={call}
        >
          <p>It says of itself that it may take away what cannot be had again.</p>
        </Confirm>
      )}
    </section>
  );
}

function Came({ of: { content, is_error, elapsed_ms } }: { of: InvokedTool }): VNode {
  return (
    <>
      <p>
        <span class={is_error ? "tag bad" : "tag good"}>{is_error ? "it failed" : "it answered"}</span>{" "}
        <span class="faint">after {duration(elapsed_ms)}</span>
      </p>
      <Code text={content} language={is_error ? "why" : "answer"} />
    </>
  );
}
