import type { PageEntry } from "../../frame/pages.ts";

export const entry: PageEntry = {
  title: "Memory",
  key: "m",
  order: 50,
  icon: ["M12 5a7 7 0 1 0 0 14 7 7 0 0 0 0-14", "M12 9v3l2 2", "M12 2v3M12 19v3M2 12h3M19 12h3"],
  needs: ["memory.list"],
  words: "search tiers facts notes graph entities profile history undo forget purge evaluate",
};
