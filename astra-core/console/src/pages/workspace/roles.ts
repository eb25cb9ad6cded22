// Who may give which role to whom. The gateway decides; this says it beforehand. Pure.

export const roles = ["viewer", "member", "admin", "owner"] as const;

const rank = (role: string): number => (roles as readonly string[]).indexOf(role);

/** Whether a role is above another one. A role that is not known yet is above all. */
export function isAbove(role: string, other: string): boolean {
  return rank(role) === -1 || rank(role) > rank(other);
}

/** The roles that a caller may give: none above its own. */
export function givable(caller: string): readonly string[] {
  return roles.filter((role) => !isAbove(role, caller));
}

/** What a role may do, in one line. */
export const meanings: Readonly<Record<string, string>> = {
  viewer: "sees agents, tools and sums, and changes nothing",
  member: "talks to agents, and sees its own sessions, memory and jobs",
  admin: "changes agents, tools, schedules and webhooks, sees all sessions, invites people",
  owner: "sees the audit, sets quotas, and may delete the workspace",
};

/** Why a member cannot be changed by a caller; nothing if it can. */
export function whyNot(caller: string, member: string): string | undefined {
  if (isAbove(member, caller)) return `Its role ${member} is above yours, ${caller}.`;
  return undefined;
}

/** Why a member cannot be removed by a caller; everybody may leave. */
export function whyNotRemoved(caller: string, member: string, isSelf: boolean): string | undefined {
  if (isSelf) return undefined;
  if (isAbove("admin", caller)) return `To remove others needs the role admin; yours is ${caller}.`;
  return whyNot(caller, member);
}
