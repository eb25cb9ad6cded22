// The types of events that webhooks get, and when each is emitted.

import type { VNode } from "preact";
import { client } from "../../frame/client.ts";
import { Shown } from "../../parts/empty.tsx";
import { useResource } from "../../parts/resource.ts";
import { Table } from "../../parts/table.tsx";

export function useEventTypes() {
  return useResource("webhooks.list_events", {}, (options) => client.webhooks.listEvents({ limit: 200, ...options }));
}

export function Events(): VNode {
  const types = useEventTypes();
  return (
    <Shown of={types}>
      {({ items }) => (
        <>
          <p class="faint">The section “webhooks” of the OpenAPI document has the schema of each.</p>
          <Table
            title="Types of events"
            rows={items}
            id={({ name }) => name}
            columns={[
              { title: "Event", cell: ({ name }) => <code>{name}</code> },
              { title: "What has happened", cell: ({ description }) => description },
              { title: "When it is sent", cell: ({ emitted }) => emitted, isWide: true },
            ]}
          />
        </>
      )}
    </Shown>
  );
}
