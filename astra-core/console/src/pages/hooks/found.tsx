// A delivery by its id alone: an operation wants its webhook too, so each of them is asked.

import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { client, NotFoundError } from "../../frame/client.ts";
import { mayAll } from "../../frame/permissions.ts";
import { go, href } from "../../frame/router.tsx";
import { NotAllowed } from "../../parts/empty.tsx";
import { Lookup } from "../../parts/lookup.tsx";

async function find(id: string, isWanted: () => boolean): Promise<string | undefined> {
  for await (const hook of client.webhooks.list({ limit: 50 })) {
    if (!isWanted()) return undefined;
    const found = await client.webhooks.getDelivery(hook.id, id).then(
      () => true,
      (error: unknown) => {
        if (error instanceof NotFoundError) return false;
        throw error;
      },
    );
    if (found) return hook.id;
  }
  return undefined;
}

export function FoundDelivery({ id }: { id: string }): VNode {
  const permission = mayAll(["webhooks.list", "webhooks.get_delivery"]);
  return (
    <>
      <h1>Delivery {id}</h1>
      {permission.isAllowed ? (
        <Lookup
          id={id}
          find={(isWanted) => find(id, isWanted)}
          missing={
            <p>
              No webhook of this workspace has it. Deliveries are removed some days after their end. <a href={href("hooks")}>All webhooks</a>
            </p>
          }
        >
          {(hook) => <Go to={href("hooks", [hook, "deliveries", id])} />}
        </Lookup>
      ) : (
        <NotAllowed reason={permission.reason} />
      )}
    </>
  );
}

function Go({ to }: { to: string }): VNode {
  useEffect(() => go(to, true), [to]);
  return (
    <p>
      <a href={to}>The delivery</a>
    </p>
  );
}
