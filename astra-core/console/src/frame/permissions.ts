// What the caller may do, from the document: the least role and the scopes of each operation.

import { type OperationId, operations } from "../../client/operations.ts";
import { me } from "./session.ts";

export type { OperationId };

/** Allowed, or why not. */
export type Permission = { readonly isAllowed: true } | { readonly isAllowed: false; readonly reason: string };

const roles = ["", "viewer", "member", "admin", "owner"];
const allowed: Permission = { isAllowed: true };

/** Whether the caller may call an operation. The gateway decides; this only says it beforehand. */
export function may(id: OperationId): Permission {
  const [, , role, scopes] = operations[id];
  if (role === "" && scopes.length === 0) return allowed;
  const caller = me.value;
  if (caller === undefined) return { isAllowed: false, reason: "Sign in first." };
  if (roles.indexOf(caller.role) < roles.indexOf(role)) {
    return { isAllowed: false, reason: `This needs the role ${role}; yours is ${caller.role}.` };
  }
  const missing = scopes.filter((scope) => !caller.scopes.includes(scope));
  if (missing.length > 0) {
    return { isAllowed: false, reason: `This needs the scope ${missing.join(" ")}, which your token does not have.` };
  }
  return allowed;
}

/** The same, of the first operation that the caller may not call. */
export function mayAll(ids: readonly OperationId[]): Permission {
  return ids.map(may).find(({ isAllowed }) => !isAllowed) ?? allowed;
}
