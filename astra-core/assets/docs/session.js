// The reader's token: kept for this tab alone, so that it outlives a reload and nothing else. Never in an address.

// Gateways under several prefixes of one origin each have their own.
const base = new URL(".", location.href);
const kept = `astra.token ${base.pathname}`;
const word = `astra.word ${base.pathname}`;

export const token = () => sessionStorage.getItem(kept);
export const keep = (token) => sessionStorage.setItem(kept, token);
export const forget = () => sessionStorage.removeItem(kept);

// Forgets the token, and all that was drawn with it. `why` is said at the door.
export function leave(why) {
  forget();
  if (why) sessionStorage.setItem(word, why);
  location.reload();
}

// What there is to say at the door, once.
export function farewell() {
  const why = sessionStorage.getItem(word) ?? "";
  sessionStorage.removeItem(word);
  return why;
}

// What the token says of its role; nothing, if it is not of a kind that says so.
export function role(token) {
  try {
    const claims = JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
    return typeof claims.role === "string" ? claims.role : "";
  } catch {
    return "";
  }
}

// Asks this gateway. A token that it does not know any more leads back to the door.
export async function ask(input, options) {
  const request = new Request(input, options);
  const known = token();
  const answer = await fetch(request);
  if (answer.status === 401 && known && request.headers.get("authorization") === `Bearer ${known}`) {
    leave("The gateway no longer accepts this token: it has expired or was revoked. Give another one.");
  }
  return answer;
}
