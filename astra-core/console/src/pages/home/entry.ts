import type { PageEntry } from "../../frame/pages.ts";

export const entry: PageEntry = {
  title: "Home",
  key: "h",
  order: 0,
  icon: ["M4 11l8-7 8 7", "M6 10v10h12V10"],
  needs: [],
  words: "health status overview start first run",
};
