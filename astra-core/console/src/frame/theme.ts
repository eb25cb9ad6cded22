// Dark, light, or as the system has it; and whether single keys do anything. Kept on the device: neither is a secret.

import { effect, signal } from "@preact/signals";

export type Theme = "system" | "dark" | "light";

export const theme = signal<Theme>((localStorage.getItem("astra.theme") as Theme | null) ?? "system");
/** Single keys can be switched off (WCAG 2.1.4). */
export const hasKeys = signal(localStorage.getItem("astra.keys") !== "off");

effect(() => {
  localStorage.setItem("astra.theme", theme.value);
  localStorage.setItem("astra.keys", hasKeys.value ? "on" : "off");
  document.documentElement.dataset["theme"] = theme.value;
});

/** What is drawn on a canvas has to be drawn again when this changes. */
export const isDark = signal(false);
const system = matchMedia("(prefers-color-scheme: dark)");
effect(() => {
  isDark.value = theme.value === "dark" || (theme.value === "system" && system.matches);
});
system.addEventListener("change", () => {
  isDark.value = theme.value === "dark" || (theme.value === "system" && system.matches);
});
