// Looks for one thing by its id where no operation answers it: through the lists that may have it, one after another.

import type { ComponentChildren, VNode } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { Problem } from "../frame/notices.tsx";
import { Loading } from "./empty.tsx";

interface LookupProps<T> {
  /** What is looked for; another one begins anew. */
  readonly id: string;
  readonly find: (isWanted: () => boolean) => Promise<T | undefined>;
  readonly children: (found: T) => ComponentChildren;
  /** Said when it was not found. */
  readonly missing: ComponentChildren;
}

export function Lookup<T>({ id, find, children, missing }: LookupProps<T>): VNode {
  const found = useSignal<{ of: T | undefined } | undefined>(undefined);
  const error = useSignal<unknown>(undefined);
  useEffect(() => {
    let isWanted = true;
    found.value = undefined;
    error.value = undefined;
    find(() => isWanted).then(
      (of) => isWanted && (found.value = { of }),
      (thrown: unknown) => isWanted && (error.value = thrown),
    );
    return () => void (isWanted = false);
  }, [id]);
  if (error.value !== undefined) return <Problem error={error.value} />;
  if (found.value === undefined) return <Loading />;
  if (found.value.of === undefined) return <div class="empty">{missing}</div>;
  return <>{children(found.value.of)}</>;
}
