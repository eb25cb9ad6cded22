// The inbox of calls that wait for a person's decision, and what was decided.

import type { VNode } from "preact";
import { client } from "../../frame/client.ts";
import { href, place, setQuery } from "../../frame/router.tsx";
import { useKeys } from "../../frame/keyboard.ts";
import { mayAll } from "../../frame/permissions.ts";
import { NotAllowed, NothingMatches, NothingYet, Shown } from "../../parts/empty.tsx";
import { Facets } from "../../parts/facets.tsx";
import { Lookup } from "../../parts/lookup.tsx";
import { useResource } from "../../parts/resource.ts";
import { Pages, useCursor } from "../../parts/table.tsx";
import { useTicking } from "../../parts/ticking.ts";
import { OneApproval } from "./approval.tsx";

const facets = [
  { value: undefined, title: "waiting" },
  { value: "approved", title: "approved" },
  { value: "denied", title: "denied" },
  { value: "expired", title: "expired" },
  { value: "cancelled", title: "cancelled" },
  { value: "all", title: "all" },
] as const;

export function Approvals(): VNode {
  const { id, status = "pending" } = place.value.query;
  if (id !== undefined) return <Asked key={id} id={id} />;
  return (
    <>
      <Facets name="status" title="Decisions" facets={facets} />
      <Inbox key={status} status={status} />
    </>
  );
}

function Inbox({ status }: { status: string }): VNode {
  const cursor = useCursor();
  const asked = status === "all" ? undefined : status;
  const approvals = useResource(
    "tools.list_approvals",
    { status: asked, cursor },
    (options) => client.tools.listApprovals({ status: asked, cursor, limit: 50, ...options }),
    { live: cursor === undefined ? ["approval.requested", "agent.completed", "agent.failed"] : undefined },
  );
  // What others decide has no event.
  useTicking(approvals.reload, approvals.data?.items.some((it) => it.status === "pending") ?? false);
  const move = (by: number): void => {
    const all = [...document.querySelectorAll<HTMLElement>("article.approval")];
    const at = all.findIndex((it) => it.contains(document.activeElement));
    all[Math.min(Math.max(at + by, 0), all.length - 1)]?.focus();
  };
  useKeys([
    { key: "j", title: "Next call", run: () => move(1) },
    { key: "k", title: "Previous call", run: () => move(-1) },
  ]);
  return (
    <Shown of={approvals}>
      {({ items, nextCursor }) => {
        if (items.length > 0) {
          return (
            <>
              {items.map((approval) => (
                <OneApproval key={approval.id} of={approval} onChange={approvals.reload} />
              ))}
              <Pages next={nextCursor} />
            </>
          );
        }
        if (status === "pending" || status === "all") {
          return (
            <NothingYet
              what={
                "No call waits for a decision. A call waits here when an agent calls a tool that its policy has in "
                + "require_approval."
              }
            >
              <a class="button" href={href("agents")}>
                Agents and their policies
              </a>
            </NothingYet>
          );
        }
        return <NothingMatches filters={{ status }} />;
      }}
    </Shown>
  );
}

const LOOKED_MAX = 2_000;

async function find(id: string, isWanted: () => boolean) {
  let looked = 0;
  for await (const approval of client.tools.listApprovals({ limit: 200 })) {
    if (approval.id === id) return approval;
    if (++looked >= LOOKED_MAX || !isWanted()) return undefined;
  }
  return undefined;
}

/** One by its id. */
function Asked({ id }: { id: string }): VNode {
  const permission = mayAll(["tools.list_approvals"]);
  if (!permission.isAllowed) return <NotAllowed reason={permission.reason} />;
  return (
    <>
      <p>
        <button type="button" onClick={() => setQuery({ id: null })}>
          All approvals
        </button>
      </p>
      <Lookup
        id={id}
        find={(isWanted) => find(id, isWanted)}
        missing={<p>It is not among the last {LOOKED_MAX.toLocaleString("en")} that you may see.</p>}
      >
        {(approval) => <OneApproval of={approval} onChange={() => setQuery({ id: null, status: "all" })} />}
      </Lookup>
    </>
  );
}
