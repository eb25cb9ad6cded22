import type { PageEntry } from "../../frame/pages.ts";

export const entry: PageEntry = {
  title: "Hooks",
  key: "w",
  order: 80,
  icon: ["M12 4a4 4 0 0 1 3.5 6l3 5", "M8.5 12.5A4 4 0 1 0 9 18h6", "M12 8l-3.5 6M15 18a4 4 0 1 0 6 0 4 4 0 0 0-5-1.5"],
  needs: ["webhooks.list_events"],
  words: "webhooks deliveries events secret redeliver recover test endpoint",
};
