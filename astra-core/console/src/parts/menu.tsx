// A menu behind a button, and tabs whose state is in the address.

import type { ComponentChildren, VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { href, place } from "../frame/router.tsx";

interface MenuProps {
  readonly label: ComponentChildren;
  /** The name for those who do not see the label. */
  readonly name?: string;
  /** Buttons and links. */
  readonly children: ComponentChildren;
}

/** Arrow keys go through what is in it; Escape and a click elsewhere close it. */
export function Menu({ label, name, children }: MenuProps): VNode {
  const whole = useRef<HTMLDivElement>(null);
  const isOpen = useSignal(false);
  useEffect(() => {
    if (!isOpen.value) return;
    whole.current?.querySelector<HTMLElement>(".menu-list a, .menu-list button")?.focus();
    const away = (event: Event): void => {
      if (!whole.current?.contains(event.target as Node)) isOpen.value = false;
    };
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, [isOpen.value]);
  const key = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && isOpen.peek()) {
      event.stopPropagation();
      isOpen.value = false;
      whole.current?.querySelector("button")?.focus();
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const items = [...(whole.current?.querySelectorAll<HTMLElement>(".menu-list a, .menu-list button") ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const by = event.key === "ArrowDown" ? 1 : -1;
    items[(at + by + items.length) % items.length]?.focus();
    event.preventDefault();
  };
  return (
    <div class="menu" ref={whole} onKeyDown={key}>
      <button
        type="button"
        class="plain"
        aria-label={name}
        aria-expanded={isOpen.value}
        onClick={() => (isOpen.value = !isOpen.value)}
      >
        {label}
      </button>
      {isOpen.value && (
        <div class="menu-list" onClick={(event) => {
          // What is switched on or off stays in sight.
          if ((event.target as Element).closest("a, button:not([aria-pressed])")) isOpen.value = false;
        }}>
          {children}
        </div>
      )}
    </div>
  );
}

interface TabsProps {
  readonly label: string;
  /** Name in the address and title; the first one is the default. */
  readonly tabs: readonly (readonly [name: string, title: string])[];
  /** The name in the query. */
  readonly name?: string;
}

/** Links that look like tabs: back, reload and a copied address keep them. */
export function Tabs({ label, tabs, name = "tab" }: TabsProps): VNode {
  const { page, parts, query } = place.value;
  const now = useTab(tabs, name);
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map(([tab, title], index) => (
        <a
          key={tab}
          href={href(page, parts, { ...query, cursor: undefined, [name]: index === 0 ? undefined : tab })}
          aria-current={tab === now ? "page" : undefined}
        >
          {title}
        </a>
      ))}
    </nav>
  );
}

/** The tab that the address says. */
export function useTab(tabs: TabsProps["tabs"], name = "tab"): string {
  const said = place.value.query[name];
  return tabs.find(([tab]) => tab === said)?.[0] ?? tabs[0]?.[0] ?? "";
}
