// Forms made from the document's own schemas: fields, their descriptions, bounds and faults.

import type { VNode } from "preact";
import { useId } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { useDraft } from "./draft.ts";
import { type Fault, type Schema, withoutNull } from "./schema.ts";

type Value = Record<string, unknown>;

interface FormProps {
  readonly schema: Schema;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  /** Faults by pointer, of `faultsOf` or of a problem of the gateway. */
  readonly faults?: readonly Fault[] | undefined;
  /** Fields that are not shown: those that the gateway sets, or that the page asks for elsewhere. */
  readonly hidden?: readonly string[] | undefined;
  /** Fields whose text has several lines. */
  readonly long?: readonly string[] | undefined;
  /** Values to choose from, by pointer: agents, models. */
  readonly choices?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly isOff?: boolean | undefined;
}

interface FieldProps extends Omit<FormProps, "value" | "onChange" | "schema" | "hidden"> {
  readonly name: string;
  readonly pointer: string;
  readonly schema: Schema;
  readonly root: Schema;
  readonly value: unknown;
  readonly isRequired: boolean;
  readonly onChange: (value: unknown) => void;
}

/** `max_output_tokens` as people read it. */
export function titleOf(name: string): string {
  const text = name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The fields of an object. A field that is empty is left out. */
export function Form({ schema, value, onChange, hidden = [], ...rest }: FormProps): VNode {
  return <Fields {...rest} schema={schema} root={schema} pointer="" value={value} hidden={hidden} onChange={onChange} />;
}

interface FieldsProps extends Omit<FormProps, "value"> {
  readonly root: Schema;
  readonly pointer: string;
  readonly value: Value;
}

function Fields({ schema, root, pointer, value, onChange, hidden = [], ...rest }: FieldsProps): VNode {
  const set = (name: string, inner: unknown): void => {
    const { [name]: _, ...others } = value;
    onChange(inner === undefined ? others : { ...value, [name]: inner });
  };
  const properties = Object.entries(schema.properties ?? {}).filter(([name]) => !hidden.includes(name));
  return (
    <>
      {properties.map(([name, property]) => (
        <Field
          {...rest}
          key={name}
          name={name}
          pointer={`${pointer}/${name}`}
          schema={property}
          root={root}
          value={value[name]}
          isRequired={schema.required?.includes(name) ?? false}
          onChange={(inner) => set(name, inner)}
        />
      ))}
    </>
  );
}

function Field(props: FieldProps): VNode {
  const { name, pointer, root, value, faults = [], isRequired, onChange } = props;
  const { schema, isNullable } = withoutNull(props.schema, root);
  if (schema.type === "object" && schema.properties !== undefined) {
    const inner = (typeof value === "object" && value !== null ? value : {}) as Value;
    return (
      <fieldset>
        <legend>{titleOf(name)}</legend>
        {schema.description && <p class="hint">{schema.description}</p>}
        <Fields {...props} schema={schema} value={inner} hidden={[]} onChange={onChange} />
      </fieldset>
    );
  }
  const own = faults.filter((fault) => fault.pointer === pointer || fault.pointer.startsWith(`${pointer}/`));
  return <Input {...props} schema={schema} isNullable={isNullable} isRequired={isRequired} faults={own} />;
}

function Input(props: FieldProps & { readonly isNullable: boolean }): VNode {
  const { name, pointer, schema, faults = [], isRequired, isOff } = props;
  const id = useId();
  const hints = [schema.description && `${id}-hint`, faults.length > 0 && `${id}-fault`].filter(Boolean).join(" ");
  const described = { id, "aria-describedby": hints || undefined, "aria-invalid": faults.length > 0, disabled: isOff };
  if (schema.type === "boolean") {
    return (
      <div class="field">
        <label class="check">
          <input
            {...described}
            type="checkbox"
            checked={props.value === true}
            onChange={(event) => props.onChange(event.currentTarget.checked)}
          />
          <span>{titleOf(name)}</span>
        </label>
        <Hints id={id} schema={schema} faults={faults} pointer={pointer} />
      </div>
    );
  }
  return (
    <div class="field">
      <label for={id}>
        {titleOf(name)}
        {isRequired && <span class="faint"> (required)</span>}
      </label>
      <Control {...props} described={described} />
      <Hints id={id} schema={schema} faults={faults} pointer={pointer} />
    </div>
  );
}

function Hints({ id, schema, faults, pointer }: { id: string; schema: Schema; faults: readonly Fault[]; pointer: string }): VNode {
  return (
    <>
      {schema.description && (
        <p class="hint" id={`${id}-hint`}>
          {schema.description}
        </p>
      )}
      {faults.length > 0 && (
        <p class="fault" id={`${id}-fault`}>
          {faults.map((fault) => `${fault.pointer.slice(pointer.length + 1)} ${fault.detail}`.trim()).join("; ")}
        </p>
      )}
    </>
  );
}

interface ControlProps extends FieldProps {
  readonly isNullable: boolean;
  readonly described: object;
}

function Control({ name, pointer, schema, root, value, long, choices, isRequired, described, onChange }: ControlProps): VNode {
  const text = value === undefined || value === null ? "" : String(value);
  const given = choices?.[pointer];
  const set = (next: string): void => onChange(next === "" ? undefined : next);
  if (schema.enum !== undefined) {
    return (
      <select {...described} value={text} onChange={(event) => set(event.currentTarget.value)}>
        {(!isRequired || text === "") && <option value="">default</option>}
        {schema.enum.map((choice) => (
          <option key={String(choice)} value={String(choice)}>
            {String(choice)}
          </option>
        ))}
      </select>
    );
  }
  if (schema.type === "integer" || schema.type === "number") {
    return <NumberField described={described} schema={schema} text={text} onChange={onChange} />;
  }
  const items = schema.items && withoutNull(schema.items, root).schema;
  if (schema.type === "array" && items?.type === "string") {
    const lines = Array.isArray(value) ? value.join("\n") : "";
    return <LinesField described={described} text={lines} isRequired={isRequired} onChange={onChange} />;
  }
  if (schema.type === "string") {
    if (long?.includes(name)) {
      return <textarea {...described} rows={10} value={text} onInput={(event) => set(event.currentTarget.value)} />;
    }
    const common = { ...described, autocomplete: "off" as const, value: text };
    if (given === undefined) return <input {...common} type="text" onInput={(event) => set(event.currentTarget.value)} />;
    const list = `list-${pointer.replaceAll("/", "-")}`;
    return (
      <>
        <input {...common} type="text" list={list} onInput={(event) => set(event.currentTarget.value)} />
        <datalist id={list}>
          {given.map((choice) => (
            <option key={choice} value={choice} />
          ))}
        </datalist>
      </>
    );
  }
  return <JsonField described={described} value={value} onChange={onChange} />;
}

interface WrittenProps {
  readonly described: object;
  readonly text: string;
  readonly onChange: (value: unknown) => void;
}

function NumberField({ described, schema, text, onChange }: WrittenProps & { readonly schema: Schema }): VNode {
  const draft = useDraft(text, (next) => onChange(next === "" ? undefined : Number(next)));
  const step = schema.type === "integer" ? 1 : "any";
  return <input {...described} {...draft} type="number" step={step} min={schema.minimum} max={schema.maximum} />;
}

function LinesField({ described, text, isRequired, onChange }: WrittenProps & { readonly isRequired: boolean }): VNode {
  const draft = useDraft(text, (next) => {
    const found = next.split("\n").map((line) => line.trim()).filter(Boolean);
    onChange(found.length === 0 && !isRequired ? undefined : found);
  });
  const rows = Math.min(8, Math.max(2, draft.value.split("\n").length));
  return <textarea {...described} {...draft} rows={rows} placeholder="one a line" />;
}

interface JsonFieldProps {
  readonly described: object;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

/** What has no fields of its own is written as JSON. */
function JsonField({ described, value, onChange }: JsonFieldProps): VNode {
  const draft = useSignal<string | undefined>(undefined);
  const isWrong = useSignal(false);
  const text = draft.value ?? (value === undefined ? "" : JSON.stringify(value, null, 2));
  const write = (next: string): void => {
    draft.value = next;
    isWrong.value = false;
    if (next.trim() === "") return onChange(undefined);
    try {
      onChange(JSON.parse(next));
    } catch {
      // The person is not done yet.
    }
  };
  const leave = (): void => {
    try {
      if (draft.peek()?.trim()) JSON.parse(draft.peek() ?? "");
      draft.value = undefined;
    } catch {
      isWrong.value = true;
    }
  };
  return (
    <>
      <textarea
        {...described}
        class="mono"
        rows={4}
        value={text}
        onInput={(event) => write(event.currentTarget.value)}
        onBlur={leave}
      />
      {isWrong.value && <p class="fault">This is not JSON.</p>}
    </>
  );
}
