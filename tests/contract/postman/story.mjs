// In which order the requests of the collection make sense, and what each needs or leaves for those after it.

export const order = [
  "health.get",
  "health.live",
  "health.ready",
  "auth.jwks",
  "auth.register",
  "auth.token",
  "auth.refresh",
  "auth.logout",
  "auth.me",
  "auth.list_keys",
  "auth.create_service_account",
  "auth.list_service_accounts",
  "auth.get_service_account",
  "auth.update_service_account",
  "auth.issue_token",
  "auth.list_tokens",
  "auth.rotate_token",
  "auth.revoke_token",
  "auth.delete_service_account",
  "agents.create",
  "agents.list",
  "agents.get",
  "agents.replace",
  "agents.update",
  "agents.list_versions",
  "agents.get_version",
  "agents.diff_versions",
  "agents.label_version",
  "agents.rollback",
  "agents.clone",
  "agents.usage",
  "agents.export",
  "agents.delete",
  "agents.import",
  "agents.reload",
  "sessions.create",
  "sessions.list",
  "sessions.get",
  "sessions.update",
  "chat.send",
  "chat.stream",
  "chat.get_turn",
  "chat.resume",
  "chat.cancel",
  "chat.completions",
  "chat.list_models",
  "chat.get_model",
  "sessions.list_messages",
  "sessions.compact",
  "sessions.fork",
  "sessions.reset",
  "sessions.delete",
  "sessions.events",
  "inference.list_providers",
  "inference.get_provider",
  "inference.check_provider",
  "inference.list_models",
  "inference.usage",
  "spec.json",
  "spec.yaml",
  "auth.rotate_keys",
];

const bearer = (variable) => ({ type: "bearer", bearer: [{ key: "token", value: `{{${variable}}}`, type: "string" }] });

// `remembers`: variables, and where they are in the answer. `change`: what the examples alone cannot say.
export const changes = {
  // The gateway has its owner: a set-up code is refused.
  "auth.register": {
    change: (request) => {
      request.body.raw = '{"email": "ada@example.org", "password": "correct horse battery"}';
    },
  },
  "auth.token": { remembers: { refresh_token: ".refresh_token" } },
  "auth.refresh": {
    remembers: { access_token: ".access_token" },
    change: (request) => {
      request.body.raw = '{"refresh_token": "{{refresh_token}}"}';
    },
  },
  // The sign-in that ends is not that of all other requests.
  "auth.logout": {
    change: (request) => {
      request.auth = bearer("access_token");
    },
  },
  "auth.create_service_account": { remembers: { service_account_id: ".id" } },
  "auth.issue_token": { remembers: { token_id: ".token.id" } },
  "auth.rotate_token": { remembers: { token_id: ".token.id" } },
  "sessions.create": { remembers: { session_id: ".id" } },
  "chat.send": { remembers: { turn_id: ".turn_id", session_of_turn: ".session_id" } },
  "sessions.fork": { remembers: { forked: ".id" } },
  "sessions.delete": {
    change: (request) => {
      request.url.variable.find(({ key }) => key === "session_id").value = "{{forked}}";
    },
  },
  // The one with a turn to follow, and with events after the first.
  "sessions.events": {
    change: (request) => {
      request.url.variable.find(({ key }) => key === "session_id").value = "{{session_of_turn}}";
      request.header.find(({ key }) => key === "Last-Event-ID").value = "{{turn_id}}.1";
    },
  },
};
