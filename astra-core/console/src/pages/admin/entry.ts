import type { PageEntry } from "../../frame/pages.ts";

export const entry: PageEntry = {
  title: "Admin",
  key: "x",
  order: 110,
  icon: ["M12 3l8 3v6c0 5-4 8-8 9-4-1-8-4-8-9V6z", "M9 12l2 2 4-4"],
  needs: ["admin.stats"],
  words: "statistics configuration audit verify backups signing keys owner",
};
