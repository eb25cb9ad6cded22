// What the plots are made of: all pages of a list, up to a bound; beyond it the page says that there is more.

import type { Page } from "astra-client";

const ROWS_MAX = 2_000;

export interface Rows<Row, Body> {
  readonly rows: readonly Row[];
  readonly isWhole: boolean;
  /** The first page as it came: totals are in it. */
  readonly body: Body;
}

interface Pages<Row, Body> {
  pages(): AsyncGenerator<Page<Row, Body>, void, undefined>;
}

export async function readRows<Row, Body>(list: Pages<Row, Body>): Promise<Rows<Row, Body>> {
  const rows: Row[] = [];
  let body: Body | undefined;
  for await (const page of list.pages()) {
    body ??= page.body;
    rows.push(...page.items);
    if (page.nextCursor !== undefined && rows.length >= ROWS_MAX) return { rows, isWhole: false, body };
  }
  return { rows, isWhole: true, body: body as Body };
}
