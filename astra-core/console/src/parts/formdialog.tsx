// A dialog with fields and one button that sends them. What the schema forbids is said before anything is sent; what the
// gateway refuses stays in the dialog, with all that was written.

import type { ComponentChildren, VNode } from "preact";
import { useSignal } from "@preact/signals";
import { ApiError } from "../frame/client.ts";
import { Problem, say } from "../frame/notices.tsx";
import { type OperationId } from "../frame/permissions.ts";
import { Action } from "./action.tsx";
import { Dialog } from "./dialog.tsx";
import { Form } from "./form.tsx";
import { type Fault, faultsOf, type Schema } from "./schema.ts";

export type Value = Record<string, unknown>;

interface FormDialogProps {
  readonly title: string;
  readonly op: OperationId;
  /** What the button says. */
  readonly action: string;
  readonly schema: Schema;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  /** Fields that are not drawn from the schema: those that the gateway sets, or that `children` ask for. */
  readonly hidden?: readonly string[] | undefined;
  readonly choices?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Above the fields. */
  readonly before?: ComponentChildren;
  /** Below the fields. */
  readonly children?: ComponentChildren;
  readonly done?: string | undefined;
  /** Sends it; the dialog closes when it has come to a good end. */
  readonly onSend: (value: Value) => PromiseLike<unknown>;
  readonly onClose: () => void;
}

export function FormDialog(props: FormDialogProps): VNode {
  const { title, op, action, schema, value, onChange, hidden, choices, before, children, done, onSend, onClose } =
    props;
  const error = useSignal<unknown>(undefined);
  const faults = useSignal<readonly Fault[]>([]);
  const send = async (): Promise<void> => {
    error.value = undefined;
    faults.value = faultsOf(value, schema);
    if (faults.peek().length > 0) return;
    try {
      await onSend(value);
    } catch (thrown) {
      error.value = thrown;
      if (thrown instanceof ApiError) {
        faults.value = thrown.errors.map(({ pointer = "", detail = "" }) => ({ pointer, detail }));
      }
      return;
    }
    if (done !== undefined) say(done);
    onClose();
  };
  const press = (event: KeyboardEvent): void => {
    const isField = event.target instanceof HTMLInputElement && !/^(checkbox|radio)$/.test(event.target.type);
    if (event.key !== "Enter" || !isField || event.isComposing) return;
    event.preventDefault();
    const button = (event.currentTarget as HTMLElement).querySelector<HTMLButtonElement>("button.primary");
    // A field of a number says what is in it when it is left, and then everything is drawn anew.
    button?.focus();
    setTimeout(() => button?.click());
  };
  const drawn = Object.keys(schema.properties ?? {}).filter((name) => !hidden?.includes(name));
  const others = faults.value.filter(({ pointer }) => !drawn.includes(pointer.split("/")[1] ?? ""));
  return (
    <Dialog title={title} onClose={onClose}>
      <div onKeyDown={press}>
        {before}
        <Problem error={error.value} />
        <Form
          schema={schema}
          value={value}
          hidden={hidden}
          choices={choices}
          faults={faults.value}
          onChange={onChange}
        />
        {children}
        {error.value === undefined && others.length > 0 && (
          <p class="fault" role="alert">
            {others.map(({ pointer, detail }) => `${pointer.slice(1)} ${detail}`).join("; ")}
          </p>
        )}
        <div class="buttons">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <Action op={op} kind="primary" onPress={send}>
            {action}
          </Action>
        </div>
      </div>
    </Dialog>
  );
}
