// Three kinds of nothing, never confused: nothing yet, nothing that matches, and not allowed.

import type { ComponentChildren, VNode } from "preact";
import { setQuery } from "../frame/router.tsx";
import { Problem } from "../frame/notices.tsx";
import { Code } from "./code.tsx";
import type { Read } from "./resource.ts";

/** Nothing yet: what it is for, and the command or the button that makes the first one. */
export function NothingYet({ what, command, children }: { what: string; command?: string; children?: ComponentChildren }): VNode {
  return (
    <div class="empty">
      <p>{what}</p>
      {command !== undefined && <Code text={command} language="shell" />}
      {children}
    </div>
  );
}

/** Nothing matches: which filters, and how to clear them. */
export function NothingMatches({ filters }: { filters: Readonly<Record<string, string | undefined>> }): VNode {
  const set = Object.entries(filters).filter(([, value]) => value !== undefined && value !== "");
  const clear = Object.fromEntries([...set.map(([name]) => [name, null]), ["cursor", null]]) as Record<string, null>;
  return (
    <div class="empty">
      <p>
        Nothing matches{" "}
        {set.map(([name, value], index) => (
          <span key={name}>
            {index > 0 && " and "}
            {name.replaceAll("_", " ")} <strong>{value}</strong>
          </span>
        ))}
        .
      </p>
      <button type="button" onClick={() => setQuery(clear)}>
        Clear {set.length === 1 ? "the filter" : "the filters"}
      </button>
    </div>
  );
}

/** Not allowed: which role or scope it needs, and who has it. */
export function NotAllowed({ reason }: { reason: string }): VNode {
  return (
    <div class="empty">
      <p>{reason}</p>
      <p>
        <a href="workspace">The members of the workspace and their roles</a>
      </p>
    </div>
  );
}

interface ShownProps<T> {
  readonly of: Read<T> & { readonly reload?: () => void };
  /** Draws what was read. */
  readonly children: (data: T) => ComponentChildren;
}

/** What was read; or that it is not there yet, or not allowed, or why it failed. */
export function Shown<T>({ of, children }: ShownProps<T>): VNode {
  if (of.refusal !== undefined) return <NotAllowed reason={of.refusal} />;
  return (
    <>
      {of.error !== undefined && <Problem error={of.error} retry={of.reload} />}
      {of.data === undefined ? of.isLoading && <Loading /> : children(of.data)}
    </>
  );
}

export function Loading(): VNode {
  return (
    <p class="loading" role="status">
      Reading …
    </p>
  );
}
