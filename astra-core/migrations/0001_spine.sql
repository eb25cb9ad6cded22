-- The spine: tenants and accounts, keys, agents, sessions, turns with their traces, usage, idempotency.
-- Times are milliseconds since the epoch, UTC. Identifiers come from the program and grow with time. Truth is 0 or 1.

CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
-- Grows whenever a credential ends or an account changes: what was verified before it must be verified again.
INSERT INTO counters (name, value) VALUES ('auth_epoch', 1);

-- Running gateways. Whoever lets its lease run out is dead, and its turns are interrupted by the others.
CREATE TABLE instances (
    id TEXT PRIMARY KEY,
    started_at BIGINT NOT NULL,
    lease_until BIGINT NOT NULL
);

CREATE TABLE workspaces (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    email TEXT UNIQUE,
    display_name TEXT,
    password_hash TEXT,
    -- Who vouches for an end user: a service account's id, or the host program's authenticator.
    issuer TEXT,
    subject TEXT,
    created_at BIGINT NOT NULL,
    UNIQUE (issuer, subject)
);

-- The hash of the code by which the first owner is known. It has one row, `owner`, until there is an owner.
CREATE TABLE setup_codes (
    name TEXT PRIMARY KEY,
    code_hash BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

-- The networks that a person has signed in from, as keyed hashes: failures elsewhere do not keep them out.
CREATE TABLE sign_in_networks (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    network_hash BYTEA NOT NULL,
    last_used_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, network_hash)
) /*without_rowid*/;

CREATE TABLE memberships (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, user_id)
) /*without_rowid*/;
CREATE INDEX memberships_by_user ON memberships (user_id, workspace_id);

CREATE TABLE service_accounts (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, name)
) /*without_rowid*/;

-- A token's secret is not here: it is a signed statement that names this row and its generation.
CREATE TABLE tokens (
    workspace_id TEXT NOT NULL,
    id TEXT NOT NULL,
    service_account_id TEXT NOT NULL,
    scopes TEXT NOT NULL,
    generation BIGINT NOT NULL,
    -- Until when the generation before this one is still good.
    grace_until BIGINT,
    expires_at BIGINT NOT NULL,
    last_used_at BIGINT,
    created_at BIGINT NOT NULL,
    rotated_at BIGINT,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, service_account_id) REFERENCES service_accounts (workspace_id, id) ON DELETE CASCADE
) /*without_rowid*/;
CREATE INDEX tokens_by_account ON tokens (workspace_id, service_account_id, id);

-- One sign-in and the chain of refresh tokens that came from it. The newest refresh token is good, and the one before it
-- for a moment; an older one, known by the part that all of the family share, ends the family.
CREATE TABLE families (
    id TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    scopes TEXT NOT NULL,
    family_hash BYTEA NOT NULL,
    secret_hash BYTEA NOT NULL,
    -- Of the refresh token before the newest one, and when it was exchanged.
    previous_hash BYTEA,
    renewed_at BIGINT,
    expires_at BIGINT NOT NULL,
    -- When the sign-in ends, however often it is renewed.
    ends_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX families_by_user ON families (user_id, id);

CREATE TABLE signing_keys (
    kid TEXT PRIMARY KEY,
    -- Ed25519: the public half in base64url, as in a JWK; the private half sealed with the master key.
    public_key TEXT NOT NULL,
    sealed_key BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    -- When another key took over signing; tokens of this one are good until they expire.
    retired_at BIGINT
);

CREATE TABLE agents (
    workspace_id TEXT NOT NULL,
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    definition TEXT NOT NULL,
    -- Of the definition: what was read under the same version and digest is still what is here.
    digest TEXT NOT NULL,
    -- The digest of what a definition file said when it was last taken over; null if no file defines this agent.
    source TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX agents_by_time ON agents (workspace_id, created_at, id);

CREATE TABLE agent_versions (
    workspace_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    definition TEXT NOT NULL,
    digest TEXT NOT NULL,
    -- Names at most one version of an agent.
    label TEXT,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (workspace_id, agent_id, version)
);
CREATE UNIQUE INDEX agent_versions_by_label ON agent_versions (workspace_id, agent_id, label) WHERE label IS NOT NULL;

CREATE TABLE sessions (
    workspace_id TEXT NOT NULL,
    id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    pinned_version BIGINT,
    title TEXT,
    surface TEXT NOT NULL,
    surface_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    status TEXT NOT NULL,
    successor_id TEXT,
    -- Set on the one session that a chat without session_id goes to: user, agent, surface and surface_id.
    slot TEXT,
    -- Turns so far; the next turn's number is one more.
    turn_count BIGINT NOT NULL,
    message_count BIGINT NOT NULL,
    input_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    metadata TEXT NOT NULL,
    -- What compaction made of all messages up to and with summary_until.
    summary TEXT,
    summary_until BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_active_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
) /*without_rowid*/;
CREATE UNIQUE INDEX sessions_by_slot ON sessions (workspace_id, slot) WHERE slot IS NOT NULL;
CREATE INDEX sessions_by_user ON sessions (workspace_id, user_id, id);

CREATE TABLE messages (
    workspace_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    -- 1024 times the turn's number, plus the place within the turn: an answer stands behind its question even if
    -- another question came in between.
    seq BIGINT NOT NULL,
    id TEXT NOT NULL,
    turn_id TEXT,
    role TEXT NOT NULL,
    content TEXT NOT NULL,
    -- JSON of the parts, where the content is more than one text.
    parts TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, session_id, seq)
) /*without_rowid*/;

CREATE TABLE turns (
    workspace_id TEXT NOT NULL,
    id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    -- 1, 2, 3, ... within the session: a turn runs when no unfinished one has a smaller number.
    number BIGINT NOT NULL,
    agent_id TEXT NOT NULL,
    agent_version BIGINT NOT NULL,
    user_id TEXT NOT NULL,
    trace_id TEXT NOT NULL,
    status TEXT NOT NULL,
    -- The gateway that runs it.
    owner TEXT NOT NULL,
    is_new_session BIGINT NOT NULL,
    cancel_requested BIGINT NOT NULL,
    metadata TEXT NOT NULL,
    content TEXT,
    finish_reason TEXT,
    provider TEXT,
    model TEXT,
    input_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    cost_usd DOUBLE PRECISION NOT NULL,
    -- Messages of the conversation that the model was sent, and those that it read neither word for word nor in a summary.
    messages_sent BIGINT,
    messages_left_out BIGINT,
    -- Code and words of a turn that did not complete.
    error_code TEXT,
    error_message TEXT,
    -- The sequence number of the last event; 0 until the turn is finished.
    last_seq BIGINT NOT NULL,
    -- The trace, trace_id: a JSON array of {name, start_us, duration_us, ...}, relative to its start; the whole time, and
    -- of it what went into waiting for upstreams and for the store; and the rest of traceparent, when the caller sent one.
    spans TEXT,
    duration_us BIGINT,
    provider_us BIGINT,
    storage_us BIGINT,
    trace_parent TEXT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT,
    PRIMARY KEY (workspace_id, id)
) /*without_rowid*/;
CREATE INDEX turns_active ON turns (workspace_id, session_id, number, owner) WHERE finished_at IS NULL;

-- Pieces of a streamed turn's event log: JSON arrays of texts, the first of which is the event first_seq. The events
-- before and after them follow from the turn's row.
CREATE TABLE turn_events (
    workspace_id TEXT NOT NULL,
    turn_id TEXT NOT NULL,
    first_seq BIGINT NOT NULL,
    events TEXT NOT NULL,
    PRIMARY KEY (workspace_id, turn_id, first_seq)
) /*without_rowid*/;

-- Sums by hour since the epoch. Budgets, agents.usage and inference.usage read them.
CREATE TABLE usage_hours (
    workspace_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    hour BIGINT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    user_id TEXT NOT NULL,
    requests BIGINT NOT NULL,
    errors BIGINT NOT NULL,
    input_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    cost_usd DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (workspace_id, agent_id, hour, provider, model, user_id)
) /*without_rowid*/;

CREATE TABLE idempotency_keys (
    workspace_id TEXT NOT NULL,
    -- Each caller has keys of its own: `usr_...` or `svc_...`.
    caller TEXT NOT NULL,
    key TEXT NOT NULL,
    -- Of the operation, the path with its query, and the body.
    request_hash TEXT NOT NULL,
    -- JSON of what the first request made.
    answer TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, caller, key)
) /*without_rowid*/;
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (created_at);
