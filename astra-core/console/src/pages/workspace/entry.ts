import type { PageEntry } from "../../frame/pages.ts";

export const entry: PageEntry = {
  title: "Workspace",
  key: "p",
  order: 100,
  icon: ["M9 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6z", "M3 19c0-3 3-5 6-5s6 2 6 5", "M16 6a3 3 0 0 1 0 5", "M18 14c2 1 3 3 3 5"],
  needs: ["workspaces.list_members"],
  words: "members people roles invitations grants restrictions service accounts tokens sign-ins password",
};
