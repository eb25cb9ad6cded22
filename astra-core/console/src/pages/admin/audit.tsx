// The audit: who changed what, and whether the chain of its hashes is as it was written.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { AuditEntry, AuditReport } from "astra-client";
import { client } from "../../frame/client.ts";
import { say } from "../../frame/notices.tsx";
import { href, place, setQuery } from "../../frame/router.tsx";
import { Action } from "../../parts/action.tsx";
import { download } from "../../parts/download.ts";
import { NothingMatches, NothingYet, Shown } from "../../parts/empty.tsx";
import { useResource } from "../../parts/resource.ts";
import { Filter, Filters, Table, useCursor } from "../../parts/table.tsx";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";
import { Changes } from "./changes.tsx";
import { Report } from "./report.tsx";

const names = ["actor", "operation", "target_kind", "target_id", "from", "to"];

/** What the address says, as the operation wants it. */
function filtersOf(query: Readonly<Record<string, string>>) {
  const { actor, operation, target_kind: targetKind, target_id: targetId } = query;
  const day = (text: string | undefined, more = 0): string | undefined => {
    const ms = text === undefined ? NaN : new Date(`${text}T00:00:00`).getTime();
    return Number.isNaN(ms) ? undefined : new Date(ms + more * 86_400_000).toISOString();
  };
  return { actor, operation, targetKind, targetId, from: day(query["from"]), to: day(query["to"], 1) };
}

export function Audit(): VNode {
  const { query } = place.value;
  const cursor = useCursor();
  const filters = filtersOf(query);
  const report = useSignal<AuditReport | undefined>(undefined);
  const isFiltered = Object.values(filters).some((value) => value !== undefined);
  const audit = useResource("admin.list_audit", { ...filters, cursor }, (options) =>
    client.admin.listAudit({ ...filters, cursor, limit: 50, ...options }),
  );
  return (
    <>
      <div class="buttons">
        <Action
          op="admin.verify_audit"
          kind="primary"
          onPress={async () => (report.value = await client.admin.verifyAudit())}
        >
          Verify the chain
        </Action>
        <Action op="admin.export_audit" onPress={() => save(filters, isFiltered)}>
          {isFiltered ? "Export what matches" : "Export all"}
        </Action>
        <Action op="admin.list_audit" onPress={audit.reload}>
          Read again
        </Action>
      </div>
      <div aria-live="polite">{report.value && <Report of={report.value} />}</div>
      <Filters names={names}>
        <Filter name="actor" title="Who (id)" />
        <Filter name="operation" title="Operation" />
        <Filter name="target_kind" title="Kind of target" />
        <Filter name="target_id" title="Target (id)" />
        <Day name="from" title="From (day)" />
        <Day name="to" title="To (day)" />
      </Filters>
      <Shown of={audit}>
        {({ items, nextCursor }) =>
          items.length > 0 ? (
            <Entries entries={items} next={nextCursor} />
          ) : isFiltered ? (
            <NothingMatches filters={Object.fromEntries(names.map((name) => [name, query[name]]))} />
          ) : (
            <NothingYet what="Each change that an operation makes is written here: who made it, when, and what is different." />
          )
        }
      </Shown>
    </>
  );
}

function Day({ name, title }: { name: string; title: string }): VNode {
  return (
    <label class="filter">
      <span>{title}</span>
      <input
        type="date"
        value={place.value.query[name] ?? ""}
        onChange={(event) => setQuery({ [name]: event.currentTarget.value, cursor: null })}
      />
    </label>
  );
}

async function save(filters: ReturnType<typeof filtersOf>, isFiltered: boolean): Promise<void> {
  const text = await client.admin.exportAudit(filters);
  download(`audit${isFiltered ? "-part" : ""}.jsonl`, text, "application/x-ndjson");
  say("The audit was downloaded as JSON Lines.");
}

function Entries({ entries, next }: { entries: readonly AuditEntry[]; next: string | undefined }): VNode {
  const { query } = place.value;
  const narrowed = (values: Readonly<Record<string, string>>): string =>
    href("admin", [], { ...query, ...values, cursor: undefined });
  return (
    <Table
      title="Audit"
      rows={entries}
      id={({ sequence }) => String(sequence)}
      next={next}
      columns={[
        { title: "No.", cell: ({ sequence }) => sequence, isNumber: true, isWide: true },
        { title: "When", cell: ({ created_at }) => <Time of={created_at} /> },
        {
          title: "Who",
          cell: (entry) => (
            <>
              <a href={narrowed({ actor: entry.actor })}>{entry.actor}</a>
              {entry.address != null && <span class="small faint"> {entry.address}</span>}
            </>
          ),
        },
        { title: "Operation", cell: ({ operation }) => <a href={narrowed({ operation })}>{operation}</a> },
        {
          title: "Target",
          cell: (entry) => (
            <>
              <span class="faint">{entry.target_kind}</span>{" "}
              <a href={narrowed({ target_kind: entry.target_kind, target_id: entry.target_id })}>
                <Text>{entry.target_id}</Text>
              </a>
            </>
          ),
        },
        { title: "Changes", cell: (entry) => <Changes of={entry} /> },
      ]}
    />
  );
}
