import type { PageEntry } from "../../frame/pages.ts";

export const entry: PageEntry = {
  title: "Hooks",
  key: "w",
  order: 80,
  icon: ["M4 12h11", "M11 8l4 4-4 4", "M19 5v14"],
  needs: ["webhooks.list_events"],
  words: "webhooks deliveries events secret redeliver recover test endpoint",
};
