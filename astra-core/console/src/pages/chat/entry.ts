import type { PageEntry } from "../../frame/pages.ts";

export const entry: PageEntry = {
  title: "Chat",
  key: "c",
  order: 10,
  icon: ["M4 5h16v11H9l-5 4z"],
  needs: ["chat.stream"],
  words: "talk message conversation agent send",
};
