// One call that waits for a decision, or what was decided.

import type { VNode } from "preact";
import { useEffect, useId } from "preact/hooks";
import type { Approval } from "astra-client";
import { href } from "../../frame/router.tsx";
import { Json } from "../../parts/code.tsx";
import { Approve } from "../../parts/conversation/call.tsx";
import { Id } from "../../parts/copy.tsx";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";

const marks: Readonly<Record<string, string>> = { pending: "warn", approved: "good", denied: "bad" };
const words: Readonly<Record<string, string>> = { pending: "waiting" };

export function OneApproval({ of, onChange }: { of: Approval; onChange: () => void }): VNode {
  const id = useId();
  const isPending = of.status === "pending";
  // Read again when its time is over: the gateway says what became of it.
  useEffect(() => {
    if (!isPending) return;
    const left = Date.parse(of.expires_at) - Date.now();
    const timer = setTimeout(onChange, Math.min(Math.max(left, 0) + 1_000, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  }, [of.id, of.expires_at, isPending]);
  return (
    <article class="approval" aria-labelledby={id} tabIndex={-1}>
      <h2 id={id}>
        <code>
          <Text>{of.tool}</Text>
        </code>{" "}
        <span class={`tag ${marks[of.status] ?? ""}`}>{words[of.status] ?? of.status}</span>
      </h2>
      <p class="small">
        <a href={href("agents", [of.agent_id])}>{of.agent_id}</a> called it <Time of={of.created_at} />, asked by{" "}
        <code>{of.user_id}</code> in <a href={href("chat", [of.session_id])}>this conversation</a>
      </p>
      <Json value={of.arguments} label={`arguments, ${of.id}`} />
      {isPending ? (
        <Approve id={of.id} expiresAt={of.expires_at} onDone={onChange} />
      ) : (
        <p>
          {of.decided_at == null ? (
            "There was no decision."
          ) : (
            <>
              Decided by <code>{of.decided_by}</code>, <Time of={of.decided_at} />
            </>
          )}
          {of.note != null && of.note !== "" && (
            <>
              : “<Text>{of.note}</Text>”
            </>
          )}
        </p>
      )}
      <p class="small faint">
        <Id id={of.id} />
      </p>
    </article>
  );
}
