// The deliveries of a webhook in a time: how many succeeded, and each with its attempts.

import type { VNode } from "preact";
import type { Delivery, DeliveryCount, Webhook } from "astra-client";
import { client } from "../../frame/client.ts";
import { href, place, setQuery } from "../../frame/router.tsx";
import { NothingMatches, NothingYet, Shown } from "../../parts/empty.tsx";
import { Facets, facetsOf } from "../../parts/facets.tsx";
import { count } from "../../parts/number.ts";
import { useResource } from "../../parts/resource.ts";
import { Table, useCursor } from "../../parts/table.tsx";
import { Text } from "../../parts/text.tsx";
import { useTicking } from "../../parts/ticking.ts";
import { Time } from "../../parts/time.tsx";
import { Redeliver } from "./redeliver.tsx";
import { DeliveryStatus, deliveryStatuses, isOnItsWay } from "./state.tsx";

const HOUR_MS = 3_600_000;

const ranges: readonly (readonly [name: string, title: string, ms: number | undefined])[] = [
  ["1h", "the last hour", HOUR_MS],
  ["24h", "the last 24 hours", 24 * HOUR_MS],
  ["7d", "the last 7 days", 168 * HOUR_MS],
  ["all", "all that are kept", undefined],
];
const usual = "24h";

export function Deliveries({ hook }: { hook: Webhook }): VNode {
  const { status, range = usual } = place.value.query;
  const cursor = useCursor();
  const [, title, ms] = ranges.find(([name]) => name === range) ?? ranges[1] ?? ["", "", undefined];
  const { id } = hook;
  const deliveries = useResource("webhooks.list_deliveries", { id, status, range, cursor }, (options) =>
    client.webhooks.listDeliveries(id, {
      status,
      from: ms === undefined ? undefined : new Date(Date.now() - ms),
      countBy: "status",
      cursor,
      limit: 50,
      ...options,
    }),
  );
  // Deliveries have no events.
  useTicking(deliveries.reload, cursor === undefined && deliveries.data !== undefined);
  const counts = deliveries.data?.body.counts;
  const facets = facetsOf(deliveryStatuses, counts, (it) => it.status);
  return (
    <section aria-labelledby="deliveries-title">
      <div class="heading">
        <h2 id="deliveries-title">Deliveries</h2>
        <span class="fill" />
        <label class="filter">
          <span>Made in</span>
          <select
            value={range}
            onChange={({ currentTarget: { value } }) => setQuery({ range: value === usual ? null : value, cursor: null })}
          >
            {ranges.map(([name, words]) => (
              <option key={name} value={name}>
                {words}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Success counts={counts} time={title} />
      <Facets name="status" title="Statuses of deliveries" facets={[{ value: undefined, title: "all" }, ...facets]} />
      <Shown of={deliveries}>
        {({ items, nextCursor }) =>
          items.length > 0 ? (
            <Rows deliveries={items} next={nextCursor} onChange={deliveries.reload} />
          ) : status !== undefined || cursor !== undefined ? (
            <NothingMatches filters={{ status, cursor }} />
          ) : (
            <NothingYet what={`Nothing was sent: ${title}. “Test” sends an event, whatever happens in the workspace.`} />
          )
        }
      </Shown>
    </section>
  );
}

/** How many of each status, as a bar; the gateway has counted them. */
function Success({ counts, time }: { counts: readonly DeliveryCount[] | null | undefined; time: string }): VNode | null {
  const some = (counts ?? []).filter((it) => it.count > 0);
  if (some.length === 0) return null;
  const words = some.map((it) => `${count(it.count)}${it.is_exact ? "" : " or more"} ${it.status}`).join(", ");
  return (
    <>
      <div class="success" role="img" aria-label={`${time}: ${words}`}>
        {some.map((it) => (
          <span key={it.status} class={`part-${it.status}`} style={{ flexGrow: it.count }} />
        ))}
      </div>
      <p class="small">
        {time}: {words}
      </p>
    </>
  );
}

interface RowsProps {
  readonly deliveries: readonly Delivery[];
  readonly next: string | undefined;
  readonly onChange: () => void;
}

function Rows({ deliveries, next, onChange }: RowsProps): VNode {
  return (
    <Table
      title="Deliveries of the webhook"
      rows={deliveries}
      id={({ id }) => id}
      link={({ id, webhook_id }) => href("hooks", [webhook_id, "deliveries", id])}
      next={next}
      columns={[
        {
          title: "Delivery",
          cell: ({ event, id, is_test }) => (
            <>
              {event} <span class="faint small">{id}</span>
              {is_test && event !== "webhook.test" && " (test)"}
            </>
          ),
        },
        { title: "Status", cell: ({ status }) => <DeliveryStatus of={status} /> },
        { title: "Attempts", cell: ({ attempt_count }) => count(attempt_count), isNumber: true },
        { title: "Last answer", cell: (it) => <Last of={it} /> },
        {
          title: "Next try",
          cell: ({ next_attempt_at, status }) =>
            next_attempt_at == null ? <span class="faint">{status === "sending" ? "now" : "–"}</span> : <Time of={next_attempt_at} />,
        },
        { title: "Made", cell: ({ created_at }) => <Time of={created_at} />, isWide: true },
        {
          title: "Do",
          cell: (it) => (
            <div class="do">
              <Redeliver of={it} isRow onDone={onChange} />
            </div>
          ),
        },
      ]}
    />
  );
}

function Last({ of: { last_status, last_error, status } }: { of: Delivery }): VNode {
  if (last_status == null && last_error == null) return <span class="faint">{isOnItsWay(status) ? "none yet" : "–"}</span>;
  return (
    <div class="cell-text small">
      {last_status != null && <code>{last_status}</code>}{" "}
      {last_error != null && (
        <span class="bad">
          <Text>{last_error}</Text>
        </span>
      )}
    </div>
  );
}
