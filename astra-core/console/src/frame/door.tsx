// The forms of those who have not signed in yet. The page sends them itself: the browser may not.

import type { ComponentChildren, VNode } from "preact";
import { useSignal } from "@preact/signals";

export interface WayProps {
  readonly onError: (why: unknown) => void;
}

interface DoorFormProps extends WayProps {
  readonly action: string;
  readonly work: (values: FormData) => Promise<void>;
  readonly children: ComponentChildren;
}

/** A form that is sent by the page itself. */
export function DoorForm({ action, work, onError, children }: DoorFormProps): VNode {
  const isBusy = useSignal(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (isBusy.peek()) return;
    isBusy.value = true;
    onError(undefined);
    try {
      await work(new FormData(event.currentTarget as HTMLFormElement));
    } catch (error) {
      onError(error);
    }
    isBusy.value = false;
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      {children}
      <button type="submit" class="primary" aria-disabled={isBusy.value}>
        {isBusy.value ? "One moment …" : action}
      </button>
    </form>
  );
}
