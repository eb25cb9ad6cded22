// The values of one field as links, with how many there are of each, as the gateway counted them.

import type { VNode } from "preact";
import { href, place } from "../frame/router.tsx";
import { count } from "./number.ts";

export interface Facet {
  /** What the address says; nothing for the one that is shown when it says nothing. */
  readonly value: string | undefined;
  readonly title: string;
  readonly count?: number | undefined;
  /** There may be more than `count`. */
  readonly isMore?: boolean | undefined;
}

/** Counts of a list's body: those of known values first, then those that the gateway has beside. */
export function facetsOf<Count extends { readonly count: number; readonly is_exact: boolean }>(
  known: readonly string[],
  counts: readonly Count[] | null | undefined,
  name: (count: Count) => string,
): Facet[] {
  const byName = new Map((counts ?? []).map((it) => [name(it), it]));
  const values = [...known, ...[...byName.keys()].filter((value) => !known.includes(value))];
  return values.map((value) => {
    const found = byName.get(value);
    return {
      value,
      title: value,
      count: counts == null ? undefined : (found?.count ?? 0),
      isMore: found?.is_exact === false,
    };
  });
}

export function Facets({ name, title, facets }: { name: string; title: string; facets: readonly Facet[] }): VNode {
  const { page, parts, query } = place.value;
  const now = query[name];
  return (
    <nav class="facets" aria-label={title}>
      {facets.map((facet) => (
        <a
          key={facet.value ?? ""}
          href={href(page, parts, { ...query, cursor: undefined, [name]: facet.value })}
          aria-current={now === facet.value ? "true" : undefined}
        >
          {facet.title}
          {facet.count !== undefined && (
            <span class="faint">
              {" "}
              {count(facet.count)}
              {facet.isMore && "+"}
            </span>
          )}
        </a>
      ))}
    </nav>
  );
}
