// What a job is about: its type and what that type wants. The types that every gateway has are asked for field by field,
// others as JSON.

import type { VNode } from "preact";
import { useId } from "preact/hooks";
import { useAgentIds } from "../../parts/agentids.ts";
import { Form } from "../../parts/form.tsx";
import type { Schema } from "../../parts/schema.ts";

export type Value = Record<string, unknown>;

const agent: Schema = { type: "string", description: "The agent that is asked." };

/** The fields of the payloads of types that every gateway has. */
const fields: Readonly<Record<string, Schema>> = {
  agent_run: {
    type: "object",
    required: ["agent_id", "message"],
    properties: { agent_id: agent, message: { type: "string", description: "What is said to it." } },
  },
  batch_chat: {
    type: "object",
    required: ["agent_id", "questions"],
    properties: {
      agent_id: agent,
      questions: { type: "array", items: { type: "string" }, description: "One a line; each is asked in a session of its own." },
      concurrency: { type: "integer", minimum: 1, maximum: 20, description: "How many are asked at once; 4 by default." },
    },
  },
  backup: { type: "object", properties: {} },
};

export const knownTypes: readonly (readonly [type: string, title: string])[] = [
  ["agent_run", "ask an agent"],
  ["batch_chat", "ask an agent many questions"],
  ["backup", "back up the store"],
];

/** Whether fields can show all of a payload. */
function fitting(type: string, payload: Value): Schema | undefined {
  const schema = fields[type];
  const { questions } = payload;
  const isPlain = questions === undefined || (Array.isArray(questions) && questions.every((it) => typeof it === "string"));
  return schema !== undefined && isPlain && Object.keys(payload).every((name) => name in (schema.properties ?? {})) ? schema : undefined;
}

interface AboutProps {
  readonly type: string;
  readonly payload: Value;
  readonly onChange: (type: string, payload: Value) => void;
}

export function About({ type, payload, onChange }: AboutProps): VNode {
  const id = useId();
  const agents = useAgentIds();
  const schema = fitting(type, payload);
  const isKnown = knownTypes.some(([name]) => name === type);
  return (
    <>
      <div class="field">
        <label for={id}>What is done</label>
        <select
          id={id}
          value={isKnown ? type : ""}
          onChange={(event) => onChange(event.currentTarget.value, event.currentTarget.value in fields ? {} : payload)}
        >
          {knownTypes.map(([name, title]) => (
            <option key={name} value={name}>
              {title} ({name})
            </option>
          ))}
          <option value="">another type</option>
        </select>
      </div>
      {!isKnown && (
        <label class="field">
          <span>Type</span>
          <input
            autocomplete="off"
            value={type}
            onInput={(event) => onChange(event.currentTarget.value, payload)}
          />
        </label>
      )}
      {schema !== undefined ? (
        <Form
          schema={schema}
          value={payload}
          long={["message"]}
          choices={{ "/agent_id": agents }}
          onChange={(next) => onChange(type, next)}
        />
      ) : (
        <Form
          schema={{ type: "object", properties: { payload: { description: "What it is about, as its type wants it: a JSON object." } } }}
          value={{ payload }}
          onChange={({ payload: next }) => onChange(type, (next ?? {}) as Value)}
        />
      )}
    </>
  );
}
