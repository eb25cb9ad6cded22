// Buttons that do something. What the caller may not do stays visible, cannot be pressed, and says why.

import type { ComponentChildren, VNode } from "preact";
import { useId } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { attempt } from "../frame/notices.tsx";
import { type OperationId, mayAll } from "../frame/permissions.ts";

interface ActionProps {
  /** The operation that it calls, or all of them. */
  readonly op: OperationId | readonly OperationId[];
  readonly onPress: () => unknown;
  readonly children: ComponentChildren;
  readonly kind?: "primary" | "danger" | "plain" | undefined;
  /** Said when it is done. */
  readonly done?: string | undefined;
  /** Why it cannot be done now, whoever asks. */
  readonly isOff?: string | false | undefined;
  readonly label?: string | undefined;
}

/** A button for an operation: pressed once at a time; its problem becomes a notice. */
export function Action({ op, onPress, children, kind, done, isOff, label }: ActionProps): VNode {
  const id = useId();
  const isBusy = useSignal(false);
  const permission = mayAll(typeof op === "string" ? [op] : op);
  const reason = permission.isAllowed ? isOff || undefined : permission.reason;
  const press = async (): Promise<void> => {
    if (reason !== undefined || isBusy.peek()) return;
    isBusy.value = true;
    await attempt(async () => onPress(), done);
    isBusy.value = false;
  };
  return (
    <span class="action">
      <button
        type="button"
        class={kind}
        aria-label={label}
        aria-disabled={reason !== undefined || isBusy.value}
        aria-describedby={reason === undefined ? undefined : id}
        title={reason}
        onClick={() => void press()}
      >
        {children}
      </button>
      {reason !== undefined && (
        <span id={id} class="unseen">
          {reason}
        </span>
      )}
    </span>
  );
}
