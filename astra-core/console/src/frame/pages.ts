// The pages, as prepare.mjs found them: one folder each.

import type { ComponentType } from "preact";
import lazy from "preact-iso/lazy";
import { pages as found } from "../../client/pages.ts";
import { NotLoaded } from "./boundary.tsx";
import type { OperationId } from "./permissions.ts";

/** What entry.ts of a page says. */
export interface PageEntry {
  readonly title: string;
  /** `g` and this key lead to it. */
  readonly key: string;
  /** Its place in the navigation. */
  readonly order: number;
  /** Drawn as paths of 24 by 24. */
  readonly icon: readonly string[];
  /** The operations without which it shows nothing. */
  readonly needs: readonly OperationId[];
  /** What else it is about, for the palette. */
  readonly words: string;
}

export interface Page extends PageEntry {
  readonly name: string;
  readonly View: ComponentType;
}

interface Loaded {
  readonly default: ComponentType;
}

const again = "astra.console loaded again";

/** The scripts of another version of the gateway are gone: once, the console is loaded again. */
function notLoaded(): Loaded | Promise<never> {
  const last = Number(sessionStorage.getItem(again) ?? 0);
  if (Date.now() - last < 60_000) return { default: NotLoaded };
  sessionStorage.setItem(again, String(Date.now()));
  location.reload();
  return new Promise(() => undefined);
}

export const pages: readonly Page[] = found
  .map(({ load, ...entry }): Page => ({ ...entry, View: lazy<ComponentType>(() => (load() as Promise<Loaded>).catch(notLoaded)) }))
  .toSorted((one, other) => one.order - other.order);

/** Where an id leads: its prefix says what it is of. */
const places: Readonly<Record<string, (id: string) => string>> = {
  ses: (id) => `sessions/${id}`,
  msg: (id) => `sessions?message=${id}`,
  trn: (id) => `chat/turns/${id}`,
  trc: (id) => `traces/${id}`,
  mem: (id) => `memory/${id}`,
  ent: (id) => `memory?tab=graph&start=${id}`,
  mpr: (id) => `memory/profiles/${id}`,
  apr: (id) => `tools?tab=approvals&id=${id}`,
  job: (id) => `jobs/${id}`,
  run: (id) => `jobs?tab=schedules&run=${id}`,
  sch: (id) => `jobs/schedules/${id}`,
  hok: (id) => `hooks/${id}`,
  dlv: (id) => `hooks?delivery=${id}`,
  chn: (id) => `hooks/channels/${id}`,
  usr: (id) => `workspace?user=${id}`,
  inv: (id) => `workspace?tab=invitations&id=${id}`,
  grt: (id) => `workspace?tab=grants&id=${id}`,
  svc: (id) => `workspace/accounts/${id}`,
  tok: (id) => `workspace?tab=accounts&token=${id}`,
  req: (id) => `traces?request_id=${id}`,
};

/** The address of what an id names; nothing if the text is no id. */
export function addressOf(text: string): string | undefined {
  const [prefix] = /^([a-z]{3})_[0-9a-z]{6,40}$/.exec(text) ? text.split("_") : [];
  return prefix === undefined ? undefined : places[prefix]?.(text);
}
