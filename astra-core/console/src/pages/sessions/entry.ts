import type { PageEntry } from "../../frame/pages.ts";

export const entry: PageEntry = {
  title: "Sessions",
  key: "s",
  order: 30,
  icon: ["M4 6h12", "M4 11h16", "M4 16h9"],
  needs: ["sessions.list"],
  words: "conversations transcripts follow fork compact reset",
};
