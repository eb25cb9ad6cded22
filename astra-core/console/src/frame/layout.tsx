// What is around every page: navigation, workspace, palette, account, and the way to the calls behind the page.

import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { ErrorBoundary } from "preact-iso/lazy";
import { Boundary } from "./boundary.tsx";
import { gatewayUrl, madeCalls } from "./client.ts";
import { Icon, icons } from "./icons.tsx";
import { type KeyAction, keyName, useKeys } from "./keyboard.ts";
import { isPaused, isStreaming, missed, pause } from "./live.ts";
import { attempt, Notices } from "./notices.tsx";
import { pages } from "./pages.ts";
import { Keys, Palette } from "./palette.tsx";
import { mayAll } from "./permissions.ts";
import { go, href, place } from "./router.tsx";
import { callerName, me, signOut, switchWorkspace, workspace, workspaces } from "./session.ts";
import { hasKeys, theme, type Theme } from "./theme.ts";
import { Calls } from "../parts/calls.tsx";
import { copy } from "../parts/copy.tsx";
import { Menu } from "../parts/menu.tsx";
import { sampleOf } from "../parts/samples.ts";

type Overlay = "palette" | "keys" | "calls" | undefined;

export function Layout(): VNode {
  const overlay = useSignal<Overlay>(undefined);
  const isNavOpen = useSignal(false);
  const now = place.value;
  const page = pages.find(({ name }) => name === now.page);
  const close = (): void => void (overlay.value = undefined);
  useKeys(keysOf((shown) => (overlay.value = shown)));
  usePageChange(now.page, page?.title);
  useEffect(() => void (isNavOpen.value = false), [now]);
  return (
    <div class="whole">
      <button type="button" class="skip" onClick={() => document.getElementById("main")?.focus()}>
        Go to the content
      </button>
      <header class="top">
        <button
          type="button"
          class="plain nav-button"
          aria-label="Navigation"
          aria-expanded={isNavOpen.value}
          onClick={() => (isNavOpen.value = !isNavOpen.value)}
        >
          <Icon paths={icons.menu} />
        </button>
        <a class="brand" href="./">
          Astra
        </a>
        <Workspaces />
        <span class="fill" />
        <button type="button" class="plain" onClick={() => (overlay.value = "palette")}>
          <Icon paths={icons.search} /> <span class="label">Go to</span>{" "}
          <kbd class="wide" aria-hidden="true">
            {keyName("mod+k")}
          </kbd>
        </button>
        <button type="button" class="plain" aria-label="Calls behind this page" onClick={() => (overlay.value = "calls")}>
          <Icon paths={icons.calls} />
        </button>
        <Account show={(shown) => (overlay.value = shown)} />
      </header>
      <nav class={isNavOpen.value ? "side open" : "side"} aria-label="Pages">
        <ul>
          {pages.map(({ name, title, icon, needs }) => {
            const permission = mayAll(needs);
            return (
              <li key={name}>
                <a
                  href={href(name)}
                  aria-current={name === now.page ? "page" : undefined}
                  class={permission.isAllowed ? undefined : "off"}
                  title={permission.isAllowed ? undefined : permission.reason}
                >
                  <Icon paths={icon} /> {title}
                </a>
              </li>
            );
          })}
        </ul>
        <p class="small faint" role="status">
          {isPaused.value ? `Paused, ${missed.value} new` : isStreaming.value ? "Live" : "Read every 5 seconds"}
        </p>
        <button type="button" class="plain small" aria-pressed={isPaused.value} onClick={() => pause(!isPaused.value)}>
          Pause lists
        </button>
      </nav>
      <main id="main" tabIndex={-1}>
        <Boundary key={now.page}>
          <ErrorBoundary>{page === undefined ? <Missing /> : <page.View />}</ErrorBoundary>
        </Boundary>
      </main>
      <Notices />
      {overlay.value === "palette" && <Palette onClose={close} />}
      {overlay.value === "keys" && <Keys onClose={close} />}
      {overlay.value === "calls" && <Calls onClose={close} />}
    </div>
  );
}

function keysOf(show: (shown: Overlay) => void): KeyAction[] {
  const lead = pages.map(({ key, title, name }) => ({ key: `g ${key}`, title, run: () => go(href(name)) }));
  return [
    { key: "mod+k", title: "Go to a page, an action or an id", run: () => show("palette") },
    { key: "?", title: "All keys", run: () => show("keys") },
    { key: "y", title: "Copy a link to this view", run: () => void copy(location.href, "The link"), isAction: true },
    { key: "shift+y", title: "Copy the page's latest call as curl", run: copyCall, isAction: true },
    { key: "b", title: "Calls behind this page", run: () => show("calls"), isAction: true },
    { key: ".", title: "Lists stand still, or follow what happens", run: () => pause(!isPaused.peek()), isAction: true },
    ...lead,
  ];
}

function copyCall(): void {
  const call = madeCalls.peek()[0];
  if (call !== undefined) void copy(sampleOf(call, "curl", gatewayUrl), call.operation ?? "The call");
}

/** Another page: its title in the tab, the focus on its content, and calls of its own. */
function usePageChange(name: string, title: string | undefined): void {
  const before = useRef(name);
  useEffect(() => {
    document.title = title === undefined ? "Astra" : `${title} – Astra`;
    if (before.current === name) return;
    before.current = name;
    madeCalls.value = [];
    document.getElementById("main")?.focus({ preventScroll: true });
  }, [name]);
}

function Missing(): VNode {
  return (
    <>
      <h1>There is no such page</h1>
      <p>
        The address does not lead to a page of this console. <a href="./">Home</a>
      </p>
    </>
  );
}

function Workspaces(): VNode | null {
  const id = me.value?.workspace_id;
  if (id === undefined) return null;
  const others = workspaces.value.filter((it) => it.id !== id);
  const name = workspace.value?.name ?? id;
  if (others.length === 0 || me.value?.kind !== "user") return <span class="workspace">{name}</span>;
  return (
    <Menu label={`${name} ▾`} name={`Workspace ${name}: change`}>
      {others.map((other) => (
        <button
          type="button"
          key={other.id}
          onClick={() => void attempt(() => switchWorkspace(other.id), `This is ${other.name} now.`).then(() => go("./"))}
        >
          {other.name} <span class="faint">{other.role}</span>
        </button>
      ))}
    </Menu>
  );
}

const themes: readonly Theme[] = ["system", "light", "dark"];

function Account({ show }: { show: (shown: Overlay) => void }): VNode {
  const isPerson = me.value?.kind === "user";
  return (
    <Menu label={<Icon paths={icons.person} />} name={`Account: ${callerName.value}`}>
      <p>
        {callerName.value}
        <br />
        <span class="faint">{me.value?.role}</span>
      </p>
      <div class="choices" role="group" aria-label="Colours">
        {themes.map((name) => (
          <button type="button" key={name} aria-pressed={theme.value === name} onClick={() => (theme.value = name)}>
            {name}
          </button>
        ))}
      </div>
      <button type="button" aria-pressed={hasKeys.value} onClick={() => (hasKeys.value = !hasKeys.value)}>
        Single keys {hasKeys.value ? "on" : "off"}
      </button>
      <button type="button" onClick={() => show("keys")}>
        All keys
      </button>
      <a href="../docs" target="_blank" rel="noopener">
        API reference
      </a>
      <button type="button" onClick={() => void attempt(() => signOut())}>
        Sign out
      </button>
      {isPerson && (
        <button type="button" onClick={() => void attempt(() => signOut(true))}>
          Sign out everywhere
        </button>
      )}
    </Menu>
  );
}
