import type { PageEntry } from "../../frame/pages.ts";

export const entry: PageEntry = {
  title: "Jobs",
  key: "j",
  order: 70,
  icon: ["M4 6h3v3H4zM4 15h3v3H4z", "M11 7.5h9", "M11 16.5h9"],
  needs: ["cron.list"],
  words: "schedules cron work background batch failed retry cancel pause runs",
};
