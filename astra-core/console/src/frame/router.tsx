// The address is the state: `<base>/<page>/<parts>?<query>`. Links are relative to the console's base, so that they work
// under a prefix.

import { type ComponentChildren, type VNode } from "preact";
import { useEffect } from "preact/hooks";
import { signal } from "@preact/signals";
import { LocationProvider, useLocation } from "preact-iso/router";
import { consoleUrl } from "./client.ts";

/** Where one is. */
export interface Place {
  readonly page: string;
  readonly parts: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** An address in the console, relative to its base. */
export function href(page: string, parts: readonly string[] = [], query: Query = {}): string {
  const path = [page === "home" && parts.length === 0 ? "./" : page, ...parts.map(encodeURIComponent)].join("/");
  const values = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "" && value !== false) values.set(name, String(value));
  }
  const text = values.toString();
  return text === "" ? path : `${path}?${text}`;
}

function placeOf(url: URL): Place {
  const rest = url.pathname.slice(consoleUrl.pathname.length).split("/").filter(Boolean);
  const [page = "home", ...parts] = rest.map((part) => decodeURIComponent(part));
  return { page, parts, query: Object.fromEntries(url.searchParams) };
}

/** Where one is, for what is no component. */
export const place = signal<Place>(placeOf(new URL(location.href)));

let route: (url: string, isReplaced?: boolean) => void = () => undefined;

/** Goes to an address that `href` made. */
export function go(address: string, isReplaced = false): void {
  const url = new URL(address, consoleUrl);
  if (!mayLeave(url)) return;
  route(url.pathname + url.search, isReplaced);
}

/** Changes values of the query; null takes one out. */
export function setQuery(values: Query, isReplaced = false): void {
  const { page, parts, query } = place.peek();
  go(href(page, parts, { ...query, ...values }), isReplaced);
}

function Follow({ children }: { children: ComponentChildren }): VNode {
  const found = useLocation();
  route = found.route;
  const now = placeOf(new URL(found.url, location.origin));
  if (JSON.stringify(now) !== JSON.stringify(place.peek())) queueMicrotask(() => (place.value = now));
  return <>{children}</>;
}

/** Only relative links are the console's own: /docs and other hosts are left to the browser. */
const own = /^(?![a-z][a-z0-9+.-]*:|\/|\.\.|#)/i;

export function Routed({ children }: { children: ComponentChildren }): VNode {
  return (
    <LocationProvider scope={own}>
      <Follow>{children}</Follow>
    </LocationProvider>
  );
}

let unsaved: string | undefined;

function mayLeave(url: URL): boolean {
  if (unsaved === undefined || url.pathname === location.pathname) return true;
  return confirm(unsaved);
}

/** What was not saved is saved now, or dropped on purpose: the page may be left at once. */
export function nothingUnsaved(): void {
  unsaved = undefined;
}

/** Asks before the page is left while there is something that was not saved. */
export function useUnsaved(question: string | undefined): void {
  useEffect(() => {
    unsaved = question;
    if (question === undefined) return;
    const leave = (event: BeforeUnloadEvent): void => event.preventDefault();
    const click = (event: MouseEvent): void => {
      const link = event.composedPath().find((it) => it instanceof HTMLAnchorElement);
      if (!link || link.target !== "" || event.ctrlKey || event.metaKey || mayLeave(new URL(link.href))) return;
      event.preventDefault();
      event.stopPropagation();
    };
    addEventListener("beforeunload", leave);
    document.addEventListener("click", click, true);
    return () => {
      unsaved = undefined;
      removeEventListener("beforeunload", leave);
      document.removeEventListener("click", click, true);
    };
  }, [question]);
}
