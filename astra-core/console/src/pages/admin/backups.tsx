// Backups of the store: jobs of the type `backup`. What one wrote is in its result, which is read for the one that is open.

import type { VNode } from "preact";
import { client } from "../../frame/client.ts";
import { href, place, setQuery } from "../../frame/router.tsx";
import { Action } from "../../parts/action.tsx";
import { Code } from "../../parts/code.tsx";
import { Copy } from "../../parts/copy.tsx";
import { NothingYet, Shown } from "../../parts/empty.tsx";
import { bytes } from "../../parts/number.ts";
import { useResource } from "../../parts/resource.ts";
import { Table, useCursor } from "../../parts/table.tsx";
import { Text } from "../../parts/text.tsx";
import { duration, Time } from "../../parts/time.tsx";

const live = ["job.*"];
const kinds: Readonly<Record<string, string>> = { succeeded: "tag good", failed: "tag bad", running: "tag warn" };

export function Backups(): VNode {
  const cursor = useCursor();
  const { job } = place.value.query;
  const backups = useResource(
    "jobs.list",
    { type: "backup", cursor },
    (options) => client.jobs.list({ type: "backup", cursor, limit: 50, ...options }),
    { live },
  );
  const start = async (): Promise<void> => {
    const { job_id } = await client.admin.backup();
    setQuery({ job: job_id, cursor: null });
    backups.reload();
  };
  const button = (
    <Action op="admin.backup" kind="primary" done="A backup is being made." onPress={start}>
      Back up now
    </Action>
  );
  return (
    <>
      {job !== undefined && <One id={job} key={job} />}
      <Shown of={backups}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <NothingYet
              what="A backup is one state of the whole store in a file, made while the gateway works, without the master key."
              command="astra backup astra-backup.db"
            >
              {button}
            </NothingYet>
          ) : (
            <>
              <div class="buttons">{button}</div>
              <Table
                title="Backups"
                rows={items}
                id={({ id }) => id}
                link={({ id }) => href("admin", [], { tab: "backups", job: id, cursor })}
                next={nextCursor}
                columns={[
                  { title: "Backup", cell: ({ id }) => id },
                  { title: "Status", cell: ({ status }) => <span class={kinds[status] ?? "tag"}>{status}</span> },
                  { title: "Progress", cell: ({ progress }) => `${progress} %`, isNumber: true },
                  { title: "Begun", cell: ({ started_at, created_at }) => <Time of={started_at ?? created_at} /> },
                  {
                    title: "Ended",
                    cell: ({ finished_at }) => (finished_at == null ? "–" : <Time of={finished_at} />),
                    isWide: true,
                  },
                  { title: "Error", cell: ({ error }) => (error == null ? "–" : <Text>{error}</Text>), isWide: true },
                ]}
              />
            </>
          )
        }
      </Shown>
    </>
  );
}

/** What the job says of the file. */
interface Written {
  readonly path?: string;
  readonly bytes?: number;
  readonly sha256?: string;
  readonly duration_ms?: number;
  readonly until?: string;
  readonly last_turn_id?: string | null;
}

function One({ id }: { id: string }): VNode {
  const job = useResource("jobs.get", { id }, (options) => client.jobs.get(id, options), { live });
  return (
    <section class="card" aria-label={`Backup ${id}`}>
      <div class="heading">
        <h2>
          <a href={href("jobs", [id])}>{id}</a>
        </h2>
        <span class="fill" />
        <button type="button" class="plain" onClick={() => setQuery({ job: null })}>
          Close
        </button>
      </div>
      <Shown of={job}>
        {({ status, progress, message, error, result }) =>
          status === "succeeded" ? (
            <File of={(result ?? {}) as Written} />
          ) : (
            <>
              <p>
                <span class={kinds[status] ?? "tag"}>{status}</span> {progress} %{" "}
                {message !== null && <Text>{message}</Text>}
              </p>
              {error !== null && (
                <p class="bad">
                  <Text>{error}</Text>
                </p>
              )}
            </>
          )
        }
      </Shown>
    </section>
  );
}

function File({ of }: { of: Written }): VNode {
  return (
    <>
      <dl class="facts">
        <dt>File</dt>
        <dd>
          <span class="id">
            <code>{of.path}</code>
            <Copy text={of.path ?? ""} what="the path" />
          </span>
        </dd>
        <dt>Size</dt>
        <dd>
          {of.bytes !== undefined && bytes(of.bytes)}
          {of.duration_ms !== undefined && `, in ${duration(of.duration_ms)}`}
        </dd>
        <dt>SHA-256</dt>
        <dd>
          <span class="id">
            <code>{of.sha256}</code>
            <Copy text={of.sha256 ?? ""} what="the SHA-256" />
          </span>
        </dd>
        <dt>Has all up to</dt>
        <dd>
          {of.until !== undefined && <Time of={of.until} isExact />}
          {of.last_turn_id != null && (
            <>
              , turn <a href={href("chat", ["turns", of.last_turn_id])}>{of.last_turn_id}</a>
            </>
          )}
        </dd>
      </dl>
      <p class="small faint">A store is made of it by:</p>
      <Code text={`astra restore ${of.path ?? "FILE"}`} language="shell" />
    </>
  );
}
