// What an entry of the audit says of a change: each place with what was there before and what is there now.

import type { VNode } from "preact";
import type { AuditEntry } from "astra-client";
import { addressOf } from "../../frame/pages.ts";
import { href } from "../../frame/router.tsx";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function Changes({ of }: { of: AuditEntry }): VNode {
  const count = of.differences.length;
  const summary = count === 0 ? "details" : `${count} ${count === 1 ? "place" : "places"}`;
  const target = addressOf(of.target_id);
  const said = typeof of.changes === "object" && of.changes !== null ? Object.entries(of.changes) : [];
  return (
    <details class="changes">
      <summary>
        {summary}
        <span class="unseen"> of entry {of.sequence}</span>
      </summary>
      {count > 0 && (
        <ul class="differences">
          {of.differences.map(({ pointer, before, after }) => (
            <li key={pointer}>
              <code>{pointer}</code>:{" "}
              {before === null ? (
                <span class="faint">nothing</span>
              ) : (
                <del>
                  <Text>{textOf(before)}</Text>
                </del>
              )}{" "}
              <span aria-hidden="true">→</span>
              <span class="unseen"> became </span>{" "}
              {after === null ? (
                <span class="faint">nothing</span>
              ) : (
                <ins>
                  <Text>{textOf(after)}</Text>
                </ins>
              )}
            </li>
          ))}
        </ul>
      )}
      <dl class="facts small">
        {said.map(([name, value]) => (
          <>
            <dt>{name.replaceAll("_", " ")}</dt>
            <dd>
              <Text>{textOf(value)}</Text>
            </dd>
          </>
        ))}
        <dt>Time</dt>
        <dd>
          <Time of={of.created_at} isExact />
        </dd>
        <dt>Request</dt>
        <dd>
          <a href={href("traces", [], { request_id: of.request_id })}>{of.request_id}</a>
        </dd>
        <dt>Sign-in or token</dt>
        <dd>
          <code>{of.credential_id}</code>
        </dd>
        {target !== undefined && (
          <>
            <dt>Target</dt>
            <dd>
              <a href={target}>open {of.target_id}</a>
            </dd>
          </>
        )}
        {of.purged_by != null && (
          <>
            <dt>Purged</dt>
            <dd>Address and changes were removed by the purge of a user, entry {of.purged_by}.</dd>
          </>
        )}
        <dt>Hash</dt>
        <dd>
          <code>{of.hash}</code>
        </dd>
      </dl>
    </details>
  );
}
