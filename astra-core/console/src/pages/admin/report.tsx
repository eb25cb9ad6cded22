// What the verification of the audit found.

import type { VNode } from "preact";
import type { AuditReport } from "astra-client";
import { Copy } from "../../parts/copy.tsx";
import { count } from "../../parts/number.ts";

const meanings: Readonly<Record<string, string>> = {
  changed: "were changed by hand",
  removed: "were removed by hand",
  added: "were added by hand",
  head_changed: "do not fit to the end of the chain that was noted",
};

export function Report({ of }: { of: AuditReport }): VNode {
  return (
    <section class={of.is_intact ? "card" : "problem"} aria-label="The verification of the audit">
      <p>
        <strong class={of.is_intact ? "good" : "bad"}>
          {of.is_intact
            ? "The audit is as it was written."
            : `The audit was tampered with: ${count(of.fault_count)} faults.`}
        </strong>
      </p>
      {of.faults.length > 0 && (
        <ul>
          {of.faults.map(({ kind, first_sequence: first, last_sequence: last }) => (
            <li key={`${kind} ${first}`}>
              {first === last ? `Entry ${first}` : `Entries ${first} to ${last}`}: {meanings[kind] ?? kind}
            </li>
          ))}
          {of.fault_count > of.faults.length && <li>and {count(of.fault_count - of.faults.length)} more</li>}
        </ul>
      )}
      <dl class="facts">
        <dt>Entries read</dt>
        <dd>
          {count(of.entries)}
          {of.first_sequence != null && of.last_sequence != null && `, no. ${of.first_sequence} to ${of.last_sequence}`}
        </dd>
        {of.removed_to > 0 && (
          <>
            <dt>Removed by age</dt>
            <dd>up to no. {of.removed_to} (store.audit_days); the chain is verified from there on</dd>
          </>
        )}
        {of.purged > 0 && (
          <>
            <dt>Purged</dt>
            <dd>
              {count(of.purged)} entries lost address and changes to the purge of a user; the rest of them is verified
            </dd>
          </>
        )}
        {of.last_hash != null && (
          <>
            <dt>Last hash</dt>
            <dd>
              <span class="id">
                <code>{of.last_hash}</code>
                <Copy text={of.last_hash} what="the last hash" />
              </span>
              <p class="hint">Kept elsewhere, it shows later whether the whole chain was written anew.</p>
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}
