// Lists. A real table; `j` and `k` go from row to row, Enter opens, and the address says which page of the list it is.

import type { ComponentChildren, VNode } from "preact";
import { useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { useKeys } from "../frame/keyboard.ts";
import { go, href, place, setQuery } from "../frame/router.tsx";
import { useDraft } from "./draft.ts";

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Numbers stand at the right. */
  readonly isNumber?: boolean;
  /** Left out on narrow screens. */
  readonly isWide?: boolean;
}

interface TableProps<Row> {
  readonly title: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly id: (row: Row) => string;
  /** Where a row leads. Its first cell becomes the link. */
  readonly link?: ((row: Row) => string) | undefined;
  /** The page behind this one; `useCursor` keeps it in the address. */
  readonly next?: string | undefined;
  /** Without it, `j` and `k` belong to another table of the page. */
  readonly hasKeys?: boolean;
}

export function Table<Row>({ title, columns, rows, id, link, next, hasKeys = true }: TableProps<Row>): VNode {
  const body = useRef<HTMLTableSectionElement>(null);
  const at = useSignal(-1);
  const move = (by: number): void => {
    const count = rows.length;
    if (count === 0) return;
    at.value = Math.min(Math.max(at.peek() + by, 0), count - 1);
    const row = body.current?.rows[at.peek()];
    const target = row?.querySelector<HTMLElement>("a, button") ?? row;
    target?.focus();
    row?.scrollIntoView({ block: "nearest" });
  };
  const open = (): void => {
    const row = rows[at.peek()];
    if (row !== undefined && link !== undefined) go(link(row));
  };
  useKeys(
    hasKeys
      ? [
          { key: "j", title: "Next row", run: () => move(1) },
          { key: "k", title: "Previous row", run: () => move(-1) },
          { key: "Enter", title: "Open the row", run: open },
        ]
      : [],
  );
  return (
    <>
      <div class="scrolls" role="region" aria-label={title} tabIndex={0}>
        <table>
          <caption class="unseen">{title}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column.title} scope="col" class={classOf(column)}>
                  {column.title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody ref={body}>
            {rows.map((row, index) => (
              <tr key={id(row)} class={index === at.value ? "current" : undefined} onFocusIn={() => (at.value = index)}>
                {columns.map((column, place) => (
                  <td key={column.title} class={classOf(column)}>
                    {place === 0 && link !== undefined ? <a href={link(row)}>{column.cell(row)}</a> : column.cell(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Pages next={next} />
    </>
  );
}

function classOf<Row>({ isNumber, isWide }: Column<Row>): string | undefined {
  return [isNumber && "number", isWide && "wide"].filter(Boolean).join(" ") || undefined;
}

/** Which page of the list the address says. */
export function useCursor(): string | undefined {
  return place.value.query["cursor"];
}

/** The way to the next page of a list, and back to its first one. */
export function Pages({ next }: { next: string | undefined }): VNode | null {
  const { page, parts, query } = place.value;
  if (next === undefined && query["cursor"] === undefined) return null;
  return (
    <nav class="pages" aria-label="Pages of the list">
      {query["cursor"] !== undefined && <a href={href(page, parts, { ...query, cursor: undefined })}>First page</a>}
      {next !== undefined && <a href={href(page, parts, { ...query, cursor: next })}>Next page</a>}
    </nav>
  );
}

interface FilterProps {
  readonly name: string;
  readonly title: string;
  /** Value and what is shown; without them it is a text. */
  readonly choices?: readonly (readonly [value: string, title: string])[] | undefined;
}

/** A filter whose value is in the address. */
export function Filter({ name, title, choices }: FilterProps): VNode {
  const value = place.value.query[name] ?? "";
  const set = (text: string): void => setQuery({ [name]: text, cursor: null });
  const draft = useDraft(value, (text) => set(text.trim()), true);
  return (
    <label class="filter">
      <span>{title}</span>
      {choices === undefined ? (
        <input type="search" {...draft} data-filter />
      ) : (
        <select value={value} onChange={(event) => set(event.currentTarget.value)}>
          <option value="">all</option>
          {choices.map(([choice, text]) => (
            <option key={choice} value={choice}>
              {text}
            </option>
          ))}
        </select>
      )}
    </label>
  );
}

/** The filters of a list, with a way to clear them. `/` goes to the first text. */
export function Filters({ names, children }: { names: readonly string[]; children: ComponentChildren }): VNode {
  const set = names.filter((name) => place.value.query[name] !== undefined);
  const clear = Object.fromEntries([...names, "cursor"].map((name) => [name, null]));
  const row = useRef<HTMLDivElement>(null);
  const focus = (): void => row.current?.querySelector<HTMLElement>("input, select")?.focus();
  useKeys([{ key: "/", title: "Go to the filters", run: focus }]);
  return (
    <div class="filters" role="search" aria-label="Filters" ref={row}>
      {children}
      {set.length > 0 && (
        <button type="button" class="plain" onClick={() => setQuery(clear)}>
          Clear {set.length === 1 ? "the filter" : `${set.length} filters`}
        </button>
      )}
    </div>
  );
}
