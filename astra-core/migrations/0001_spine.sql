-- The spine: tenants and accounts, keys, agents, sessions, turns with their traces, usage, idempotency.
-- Times are milliseconds since the epoch, UTC. Keys come from the program and grow with time. Truth is 0 or 1.
-- `workspace_id` is a workspace's number. In SQLite a `BIGINT PRIMARY KEY` is the row's own number.

CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
-- Grows whenever a credential ends or an account changes: what was verified before it must be verified again.
INSERT INTO counters (name, value) VALUES ('auth_epoch', 1);
-- Counts the programs that have joined: one joins at a time.
INSERT INTO counters (name, value) VALUES ('instances', 1);
-- The key of the last turn whose trace was looked at by the work that removes old traces.
INSERT INTO counters (name, value) VALUES ('traces_swept', 0);
-- Grows whenever a caller connects or disconnects an MCP server: gateways look which of them they have.
INSERT INTO counters (name, value) VALUES ('mcp_servers', 1);
-- Locked by gateways that count the jobs which run; its value means nothing.
INSERT INTO counters (name, value) VALUES ('job_claims', 1);
-- The largest number of a workspace that was deleted: no other one gets it.
INSERT INTO counters (name, value) VALUES ('workspaces_deleted', 0);

-- The programs that work on the store: gateways, and the command line beside them. Each has a number of its own, which is
-- part of the keys that it makes, and may go to another one when its lease has run out.
CREATE TABLE instances (
    id BIGINT PRIMARY KEY,
    number BIGINT NOT NULL UNIQUE,
    is_gateway BIGINT NOT NULL,
    started_at_ms BIGINT NOT NULL,
    lease_until_ms BIGINT NOT NULL
);

CREATE TABLE workspaces (
    number BIGINT PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- Grows with each change.
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Workspaces that were deleted, as long as rows of them may be left: periodic work removes those in pieces. Nothing else finds
-- them, since their rows of `workspaces` are gone.
CREATE TABLE workspace_deletions (
    number BIGINT PRIMARY KEY,
    id TEXT NOT NULL,
    deleted_at BIGINT NOT NULL,
    -- JSON: who has deleted it, and by which request.
    actor TEXT,
    -- JSON: how many rows are gone, by table.
    removed TEXT NOT NULL
);

-- Those who have asked something: users, service accounts and the users of a host program. Rows name them by number.
CREATE TABLE subjects (
    number BIGINT PRIMARY KEY,
    id TEXT NOT NULL UNIQUE
);

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    email TEXT UNIQUE,
    display_name TEXT,
    password_hash TEXT,
    -- Who vouches for an end user: a service account's id, or the host program's authenticator. For a person who signs in
    -- with the OpenID provider: its issuer, and the person's id there.
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
    workspace_id BIGINT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    role TEXT NOT NULL,
    -- Whether a claim of the OpenID provider decides the role.
    follows_claim BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, user_id)
) /*without_rowid*/;
CREATE INDEX memberships_by_user ON memberships (user_id, workspace_id);

-- Sign-ins with the OpenID provider that were finished: each counts once. One that would have ended by now goes.
CREATE TABLE oidc_attempts (
    attempt_hash BYTEA PRIMARY KEY,
    ends_at BIGINT NOT NULL
);
CREATE INDEX oidc_attempts_by_end ON oidc_attempts (ends_at);

-- Invitations that are open. One that is accepted or revoked goes; one that has expired goes in a while.
CREATE TABLE invitations (
    workspace_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    role TEXT NOT NULL,
    -- The one e-mail address that it is for; null if anyone with the code may accept it.
    email TEXT,
    code_hash BYTEA NOT NULL UNIQUE,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX invitations_by_expiry ON invitations (expires_at);

CREATE TABLE service_accounts (
    workspace_id BIGINT NOT NULL,
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
    workspace_id BIGINT NOT NULL,
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
    workspace_id BIGINT NOT NULL,
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
    created_at BIGINT NOT NULL,
    -- The address and the program that the sign-in was made from, and the address that it was last renewed from.
    address TEXT,
    program TEXT,
    last_address TEXT
);
CREATE INDEX families_by_user ON families (user_id, id);
CREATE INDEX families_by_expiry ON families (expires_at);

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
    workspace_id BIGINT NOT NULL,
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
    -- The memory profile that the definition names.
    memory_profile BIGINT,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX agents_by_time ON agents (workspace_id, created_at, id);
CREATE INDEX agents_by_memory_profile ON agents (workspace_id, memory_profile, created_at, id) WHERE memory_profile IS NOT NULL;

CREATE TABLE agent_versions (
    workspace_id BIGINT NOT NULL,
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

-- Agents that are lent to other workspaces: rows of the lender.
CREATE TABLE agent_grants (
    id BIGINT PRIMARY KEY,
    workspace_id BIGINT NOT NULL,
    agent_id TEXT NOT NULL,
    -- The id as text: the agent's id in the borrower's workspace.
    borrowed_id TEXT NOT NULL,
    -- The id of the workspace that may borrow, whether there is one or not; and its number, once it has accepted.
    borrower_id TEXT NOT NULL,
    borrower BIGINT,
    expires_at_ms BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    accepted_at_ms BIGINT,
    ended_at_ms BIGINT
);
CREATE INDEX agent_grants_by_lender ON agent_grants (workspace_id, agent_id, id);
CREATE INDEX agent_grants_by_borrower_id ON agent_grants (borrower_id, id);
CREATE UNIQUE INDEX agent_grants_borrowed ON agent_grants (borrower, borrowed_id) WHERE borrower IS NOT NULL;

CREATE TABLE sessions (
    workspace_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    agent_id TEXT NOT NULL,
    pinned_version BIGINT,
    title TEXT,
    surface TEXT NOT NULL,
    surface_id TEXT NOT NULL,
    subject BIGINT NOT NULL,
    -- `active`, `archived`, `deleted`: its rows are about to go; or `kept`: deleted, and forks still read what came before them.
    status TEXT NOT NULL,
    successor_id BIGINT,
    -- 1 for the one session that a chat without session_id goes to.
    is_current BIGINT NOT NULL,
    metadata TEXT,
    -- What compaction made of all messages up to and with the place summary_until.
    summary TEXT,
    summary_until BIGINT NOT NULL,
    -- What a fork reads before its own turns: the messages of the session parent_id up to and with the place parent_until.
    parent_id BIGINT,
    parent_until BIGINT,
    parent_messages BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
) /*without_rowid*/;
CREATE UNIQUE INDEX sessions_current ON sessions (workspace_id, subject, agent_id, surface, surface_id) WHERE is_current = 1;
CREATE INDEX sessions_by_subject ON sessions (workspace_id, subject, id);
CREATE INDEX sessions_by_parent ON sessions (workspace_id, parent_id, parent_until) WHERE parent_id IS NOT NULL;
CREATE INDEX sessions_deleted ON sessions (workspace_id, id) WHERE status = 'deleted';

-- Turns that have not ended: a question is here before its model is asked. The end of a turn moves it to `turns`.
CREATE TABLE open_turns (
    id BIGINT PRIMARY KEY,
    workspace_id BIGINT NOT NULL,
    session_id BIGINT NOT NULL,
    -- 1, 2, 3, ... within the session: a turn runs when no open one has a smaller number.
    number BIGINT NOT NULL,
    agent_id TEXT NOT NULL,
    agent_version BIGINT NOT NULL,
    subject BIGINT NOT NULL,
    -- `queued` or `running`; `awaiting_approval` or `awaiting_results`: no gateway runs it.
    status TEXT NOT NULL,
    -- The instance that runs it, or has run it.
    owner BIGINT NOT NULL,
    is_new_session BIGINT NOT NULL,
    cancel_requested BIGINT NOT NULL,
    metadata TEXT,
    role TEXT NOT NULL,
    question TEXT NOT NULL,
    -- JSON of the parts, where the question is more than one text.
    question_parts TEXT,
    -- What the question and the caller's own data have.
    bytes BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL
);
CREATE UNIQUE INDEX open_turns_by_session ON open_turns (workspace_id, session_id, number);

-- Turns that other turns have begun, by the tool `spawn_agent`. A row stays with its turn.
CREATE TABLE spawned_turns (
    turn_id BIGINT PRIMARY KEY,
    workspace_id BIGINT NOT NULL,
    parent_id BIGINT NOT NULL
);
CREATE INDEX spawned_turns_by_parent ON spawned_turns (workspace_id, parent_id);

-- Turns that wait, and those that have waited and have not ended.
CREATE TABLE suspensions (
    turn_id BIGINT PRIMARY KEY,
    workspace_id BIGINT NOT NULL,
    -- The sequence number of the last event before the wait, which is another one for each wait of the turn.
    seq BIGINT NOT NULL,
    -- JSON of what the turn has come to, and of what the gateway that takes it on needs to know.
    outcome TEXT NOT NULL,
    state TEXT NOT NULL,
    -- JSON of the results that the caller has submitted.
    results TEXT,
    -- 1 when the wait is over and no gateway has taken the turn on yet.
    is_ready BIGINT NOT NULL,
    -- When the wait ends in any case.
    expires_at_ms BIGINT NOT NULL
);
CREATE INDEX suspensions_ready ON suspensions (turn_id) WHERE is_ready = 1;
CREATE INDEX suspensions_by_expiry ON suspensions (expires_at_ms);

-- Calls of tools that a person decides on. A row stays with its turn.
CREATE TABLE approvals (
    id BIGINT PRIMARY KEY,
    workspace_id BIGINT NOT NULL,
    turn_id BIGINT NOT NULL,
    session_id BIGINT NOT NULL,
    agent_id TEXT NOT NULL,
    -- Whose turn it is.
    subject BIGINT NOT NULL,
    call_id TEXT NOT NULL,
    tool TEXT NOT NULL,
    -- JSON of the arguments.
    arguments TEXT NOT NULL,
    -- `pending`, `approved`, `denied`, `expired`, or `cancelled`: its turn has ended before.
    status TEXT NOT NULL,
    decided_by TEXT,
    note TEXT,
    created_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    decided_at_ms BIGINT
);
CREATE INDEX approvals_by_workspace ON approvals (workspace_id, id);
CREATE INDEX approvals_by_subject ON approvals (workspace_id, subject, id);
CREATE INDEX approvals_by_turn ON approvals (workspace_id, turn_id);

-- Turns that have ended, each written once: question, answer, outcome and trace.
CREATE TABLE turns (
    id BIGINT PRIMARY KEY,
    workspace_id BIGINT NOT NULL,
    session_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    agent_id TEXT NOT NULL,
    agent_version BIGINT NOT NULL,
    subject BIGINT NOT NULL,
    status TEXT NOT NULL,
    is_new_session BIGINT NOT NULL,
    metadata TEXT,
    role TEXT NOT NULL,
    question TEXT NOT NULL,
    question_parts TEXT,
    answer TEXT,
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
    -- The sequence number of the last event.
    last_seq BIGINT NOT NULL,
    -- The trace: a JSON array of {name, start_us, duration_us, ...}, relative to its start; the whole time, and of it what
    -- went into waiting for upstreams, for the store, for tools, and for other turns and people; traceparent, when the caller
    -- sent one; and the id of the request that asked. Periodic work removes spans, traceparent and id after a time.
    spans TEXT,
    duration_us BIGINT NOT NULL,
    provider_us BIGINT NOT NULL,
    storage_us BIGINT NOT NULL,
    tool_us BIGINT NOT NULL,
    waiting_us BIGINT NOT NULL,
    trace_parent TEXT,
    request_id TEXT,
    -- How many rows of turn_steps the turn has, and JSON of the tools that it called: none for a plain turn.
    step_count BIGINT NOT NULL,
    tool_calls TEXT,
    message_count BIGINT NOT NULL,
    -- What question, answer, the caller's own data, trace and events have.
    bytes BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    finished_at_ms BIGINT NOT NULL
);
-- Has all that a session's sums need.
CREATE INDEX turns_by_session ON turns (workspace_id, session_id, number, message_count, input_tokens, output_tokens, finished_at_ms,
    bytes);
-- The one index of the list of traces; its filters are held against a bounded range of it.
CREATE INDEX turns_by_time ON turns (workspace_id, created_at_ms);

-- What was said between question and answer, in turns with tools: calls of the model and their results, each written when it
-- happens. Step 1, 2, 3, ... is the place of the message in its turn.
CREATE TABLE turn_steps (
    workspace_id BIGINT NOT NULL,
    session_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    step BIGINT NOT NULL,
    turn_id BIGINT NOT NULL,
    role TEXT NOT NULL,
    -- JSON of the parts.
    parts TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, session_id, number, step)
) /*without_rowid*/;

-- Pieces of a turn's event log: JSON arrays of entries, the first of which is the event first_seq: a text, or an object with
-- a type. The events before and after them follow from the turn's row.
CREATE TABLE turn_events (
    workspace_id BIGINT NOT NULL,
    turn_id BIGINT NOT NULL,
    first_seq BIGINT NOT NULL,
    events TEXT NOT NULL,
    PRIMARY KEY (workspace_id, turn_id, first_seq)
) /*without_rowid*/;

-- What inference used. Each call adds a row here, which no other turn touches; periodic work moves rows to `usage_hours`.
-- The usage is the sum of both tables at any time. The first row of a turn has the turn's bytes too; a turn that called no
-- model has a row for them alone, without provider and model.
CREATE TABLE usage_entries (
    workspace_id BIGINT NOT NULL,
    -- The key of the turn, or of the compaction; and the calls that it made.
    source BIGINT NOT NULL,
    place BIGINT NOT NULL,
    agent_id TEXT NOT NULL,
    hour BIGINT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    subject BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    errors BIGINT NOT NULL,
    input_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    cost_usd DOUBLE PRECISION NOT NULL,
    bytes BIGINT NOT NULL,
    -- In the first row of a turn: the hour since the epoch in which it began, how it ended, and how long it took.
    turn_hour BIGINT,
    turn_status TEXT,
    turn_us BIGINT,
    PRIMARY KEY (workspace_id, source, place)
) /*without_rowid*/;

-- What the turns of a workspace keep, in bytes: those whose rows of `usage_entries` were summed up, less those that were
-- swept. With the rows that were not, it is the sum of `turns.bytes` at any time.
CREATE TABLE workspace_storage (
    workspace_id BIGINT PRIMARY KEY,
    bytes BIGINT NOT NULL
);

-- Sums by hour since the epoch.
CREATE TABLE usage_hours (
    workspace_id BIGINT NOT NULL,
    agent_id TEXT NOT NULL,
    hour BIGINT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    subject BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    errors BIGINT NOT NULL,
    input_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    cost_usd DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (workspace_id, agent_id, hour, provider, model, subject)
) /*without_rowid*/;

-- The same sums of all agents, models and users of a workspace, and the turns that have ended. With the rows of `usage_entries`
-- it is what quotas of the workspace are held against.
CREATE TABLE workspace_hours (
    workspace_id BIGINT NOT NULL,
    hour BIGINT NOT NULL,
    tokens BIGINT NOT NULL,
    cost_usd DOUBLE PRECISION NOT NULL,
    turns BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, hour)
) /*without_rowid*/;

-- Turns by the hour since the epoch in which they began: how they ended, and a histogram of how long they took. With the rows
-- of `usage_entries` that are the first ones of their turns, it counts all turns that have ended, at any time.
CREATE TABLE turn_hours (
    workspace_id BIGINT NOT NULL,
    hour BIGINT NOT NULL,
    agent_id TEXT NOT NULL,
    completed BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    cancelled BIGINT NOT NULL,
    interrupted BIGINT NOT NULL,
    durations BYTEA NOT NULL,
    PRIMARY KEY (workspace_id, hour, agent_id)
) /*without_rowid*/;

-- What came of turns that read a skill: a row for each such turn and skill, written with the turn's end.
CREATE TABLE skill_uses (
    workspace_id BIGINT NOT NULL,
    skill_id TEXT NOT NULL,
    turn_id BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    subject BIGINT NOT NULL,
    -- 1 if the turn failed or was interrupted.
    is_failed BIGINT NOT NULL,
    reads BIGINT NOT NULL,
    read_errors BIGINT NOT NULL,
    duration_us BIGINT NOT NULL,
    -- JSON of the other tools that the turn called: an array of {tool, calls, errors}.
    tools TEXT NOT NULL,
    PRIMARY KEY (workspace_id, skill_id, turn_id)
) /*without_rowid*/;
CREATE INDEX skill_uses_by_time ON skill_uses (at_ms);

-- MCP servers that callers have connected, as sources of tools.
CREATE TABLE mcp_servers (
    workspace_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    -- A key: a server that is connected again under the name of one that is gone has another.
    version BIGINT NOT NULL,
    -- `http` or `stdio`.
    transport TEXT NOT NULL,
    -- Scheme, host and port of the URL, or the command; and JSON of what else callers may know.
    address TEXT NOT NULL,
    shown TEXT NOT NULL,
    -- JSON of all that is needed to reach it, secrets among it, sealed with the master key for this row alone.
    sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (workspace_id, name)
) /*without_rowid*/;

CREATE TABLE idempotency_keys (
    workspace_id BIGINT NOT NULL,
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

-- Who changed what: a row for each change that an operation made, in the transaction of the change. The rows of a workspace are a
-- chain: each has the hash of the one before it.
CREATE TABLE audit (
    workspace_id BIGINT NOT NULL,
    -- 1, 2, 3, ... in the order of the commits.
    sequence BIGINT NOT NULL,
    -- Never before that of the row before it.
    at_ms BIGINT NOT NULL,
    -- `usr_...`, `svc_...`, or a host program's name of the user.
    actor TEXT NOT NULL,
    -- The sign-in or the token that was used: its id.
    credential TEXT NOT NULL,
    -- The id of the operation, such as `agents.update`.
    action TEXT NOT NULL,
    target_kind TEXT NOT NULL,
    target_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    -- The content: what a purge of a user removes. JSON of what is new, and of what was different before, without secrets.
    address TEXT,
    changes TEXT,
    differences TEXT,
    -- Random, so that a content that was purged cannot be found by trying.
    salt BYTEA,
    content_hash BYTEA NOT NULL,
    previous_hash BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    -- The row of the purge that has removed the content.
    purged_by BIGINT,
    PRIMARY KEY (workspace_id, sequence)
);
CREATE INDEX audit_by_time ON audit (workspace_id, at_ms, sequence);
CREATE INDEX audit_by_actor ON audit (workspace_id, actor, sequence);
CREATE INDEX audit_by_action ON audit (workspace_id, action, sequence);
CREATE INDEX audit_by_target ON audit (workspace_id, target_kind, target_id, sequence);

-- Where the chain of each workspace ends, and where the rows begin that are kept: retention removes the oldest.
CREATE TABLE audit_heads (
    workspace_id BIGINT PRIMARY KEY,
    sequence BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    at_ms BIGINT NOT NULL,
    removed_sequence BIGINT NOT NULL,
    removed_hash BYTEA NOT NULL
);

-- Work that outlives the program: a row for each job, in the transaction of its cause.
CREATE TABLE jobs (
    id BIGINT PRIMARY KEY,
    workspace_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    -- 1 if callers may see it: its kind is one that they may enqueue.
    is_public BIGINT NOT NULL,
    -- Whose it is; null for the gateway's own.
    subject BIGINT,
    -- The job that it does again.
    origin_id BIGINT,
    -- `pending`, `running`, `succeeded`, `failed`, `cancelled` or `unknown`
    status TEXT NOT NULL,
    -- 1 while it is pending and its time has come.
    is_due BIGINT NOT NULL,
    -- 0 to 9; higher ones come first.
    priority BIGINT NOT NULL,
    run_at_ms BIGINT NOT NULL,
    -- How long an attempt may take; null for as long as its kind says.
    timeout_s BIGINT,
    -- JSON of what it is about.
    payload TEXT NOT NULL,
    unique_key TEXT,
    attempts BIGINT NOT NULL,
    attempts_max BIGINT NOT NULL,
    -- Grows each time that a worker gets it: what a worker writes names the epoch under which it got the job.
    epoch BIGINT NOT NULL,
    lease_until_ms BIGINT NOT NULL,
    cancel_requested BIGINT NOT NULL,
    -- 0 to 100, and what its worker says of it.
    progress BIGINT NOT NULL,
    message TEXT,
    -- Grows with each change that its readers can see.
    version BIGINT NOT NULL,
    -- JSON of what it came to.
    result TEXT,
    -- Why its last attempt failed.
    error TEXT,
    created_at_ms BIGINT NOT NULL,
    started_at_ms BIGINT,
    finished_at_ms BIGINT
);
CREATE UNIQUE INDEX jobs_by_key ON jobs (workspace_id, kind, unique_key) WHERE unique_key IS NOT NULL AND finished_at_ms IS NULL;
CREATE INDEX jobs_due ON jobs (workspace_id, kind, priority DESC, run_at_ms, id) WHERE is_due = 1;
CREATE INDEX jobs_waiting ON jobs (run_at_ms) WHERE status = 'pending' AND is_due = 0;
CREATE INDEX jobs_retrying ON jobs (run_at_ms) WHERE status = 'pending' AND is_due = 0 AND attempts > 0;
CREATE INDEX jobs_running ON jobs (lease_until_ms) WHERE status = 'running';
CREATE INDEX jobs_finished ON jobs (finished_at_ms) WHERE finished_at_ms IS NOT NULL;
CREATE INDEX jobs_by_status ON jobs (workspace_id, status, id) WHERE is_public = 1;
CREATE INDEX jobs_by_kind ON jobs (workspace_id, kind, status, id) WHERE is_public = 1;
CREATE INDEX jobs_by_subject ON jobs (workspace_id, subject, status, id, kind) WHERE is_public = 1;

-- What steps of a job came to, as JSON: another attempt takes it instead of running the step.
CREATE TABLE job_steps (
    job_id BIGINT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    -- Null while the step has begun and is not known to have ended: of those alone that must not run twice.
    result TEXT,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (job_id, name)
) /*without_rowid*/;

-- What jobs have said while they ran, and why attempts of them failed.
CREATE TABLE job_logs (
    job_id BIGINT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    -- 1, 2, 3, ... within the job.
    number BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (job_id, number)
) /*without_rowid*/;

-- The log of events: a row for each thing that happened, in the transaction of the change that caused it.
CREATE TABLE outbox (
    workspace_id BIGINT NOT NULL,
    -- 1, 2, 3, ... within the workspace, without gaps and in the order of the commits.
    position BIGINT NOT NULL,
    id BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    -- As at_ms, but never less than that of the event before: the time by which old events are swept.
    logged_at_ms BIGINT NOT NULL,
    -- Such as `agent.updated`.
    event TEXT NOT NULL,
    -- Who caused it; null for the gateway itself.
    subject BIGINT,
    -- Whose session, job or the like it is about, and who may see it beside admins; null if it is no one subject's.
    owner BIGINT,
    -- The agent that it is about.
    agent_id TEXT,
    resource_id TEXT NOT NULL,
    -- JSON of the data, from which a reader knows what to fetch.
    data TEXT NOT NULL,
    PRIMARY KEY (workspace_id, position)
) /*without_rowid*/;
CREATE UNIQUE INDEX outbox_by_id ON outbox (id);
CREATE INDEX outbox_by_time ON outbox (logged_at_ms);

-- The position of the newest event of each workspace: locked last by a transaction that has events, until its commit.
CREATE TABLE event_heads (
    workspace_id BIGINT PRIMARY KEY,
    position BIGINT NOT NULL,
    logged_at_ms BIGINT NOT NULL
);

-- Schedules: what enqueues a job at the times of a cron expression.
CREATE TABLE schedules (
    id BIGINT PRIMARY KEY,
    workspace_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    -- JSON of what it does, and when.
    definition TEXT NOT NULL,
    -- Whose jobs they are: `usr_...` or `svc_...`.
    owner TEXT NOT NULL,
    -- The first slot that has no run yet; null if there is none: it is paused, or over.
    next_at_ms BIGINT,
    -- The last slot that has a run, and the last job.
    last_slot_ms BIGINT,
    last_job_id BIGINT,
    created_at_ms BIGINT NOT NULL,
    updated_at_ms BIGINT NOT NULL,
    created_by TEXT NOT NULL
);
CREATE INDEX schedules_by_workspace ON schedules (workspace_id, id);
CREATE INDEX schedules_by_slot ON schedules (workspace_id, next_at_ms);
CREATE INDEX schedules_due ON schedules (next_at_ms) WHERE next_at_ms IS NOT NULL;

-- What became of the slots of schedules, and of triggers. A row stays when its schedule is deleted, until its time is over.
CREATE TABLE schedule_runs (
    id BIGINT PRIMARY KEY,
    workspace_id BIGINT NOT NULL,
    schedule_id BIGINT NOT NULL,
    -- Null for a trigger.
    slot_ms BIGINT,
    -- `enqueued`, `waiting`: for the end of the job before it, or `skipped`.
    state TEXT NOT NULL,
    -- Why it is skipped.
    reason TEXT,
    -- Who triggered it.
    triggered_by TEXT,
    job_id BIGINT,
    -- How many slots before it were missed and have no row.
    missed BIGINT NOT NULL,
    -- How long after the slot the row was written.
    late_ms BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL
);
CREATE UNIQUE INDEX schedule_runs_by_slot ON schedule_runs (workspace_id, schedule_id, slot_ms) WHERE slot_ms IS NOT NULL;
CREATE INDEX schedule_runs_by_schedule ON schedule_runs (workspace_id, schedule_id, id);
CREATE INDEX schedule_runs_by_workspace ON schedule_runs (workspace_id, id);
CREATE INDEX schedule_runs_waiting ON schedule_runs (schedule_id, id) WHERE state = 'waiting';
CREATE INDEX schedule_runs_by_time ON schedule_runs (created_at_ms);

-- Who does what one gateway alone does of all that share a PostgreSQL.
CREATE TABLE leaders (
    name TEXT PRIMARY KEY,
    instance_id BIGINT NOT NULL,
    since_ms BIGINT NOT NULL,
    lease_until_ms BIGINT NOT NULL
);

-- The questions of jobs that ask agents, and the turns that answer them: a row is written in the transaction that begins the turn.
CREATE TABLE job_turns (
    workspace_id BIGINT NOT NULL,
    job_id BIGINT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    -- The place of the question in the job, from 0.
    number BIGINT NOT NULL,
    -- Null for a question that was refused.
    turn_id BIGINT,
    -- 1 if there is no answer; null while it is not known what became of the question.
    is_error BIGINT,
    -- JSON of what became of it.
    result TEXT,
    PRIMARY KEY (job_id, number)
) /*without_rowid*/;

-- When a stream of events of the workspace was last open, within the hour: events of turns are written for such readers alone.
CREATE TABLE event_readers (
    workspace_id BIGINT PRIMARY KEY,
    read_at_ms BIGINT NOT NULL
);

-- What the turns of a workspace may use, as JSON; a row comes with the first change.
CREATE TABLE workspace_policies (
    workspace_id BIGINT NOT NULL,
    -- `restrictions` or `quotas`.
    kind TEXT NOT NULL,
    -- Grows with each change.
    version BIGINT NOT NULL,
    settings TEXT NOT NULL,
    updated_at_ms BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, kind)
) /*without_rowid*/;

-- The hour since the epoch in which a quota of an agent, or of the workspace (no agent), was last said to be exceeded.
CREATE TABLE quota_refusals (
    workspace_id BIGINT NOT NULL,
    agent_id TEXT NOT NULL,
    quota TEXT NOT NULL,
    hour BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, agent_id, quota)
) /*without_rowid*/;

-- Webhooks: where events of a workspace are sent.
CREATE TABLE webhooks (
    id BIGINT PRIMARY KEY,
    workspace_id BIGINT NOT NULL,
    -- Grows with each change of what callers see, but for how deliveries go.
    version BIGINT NOT NULL,
    -- 1 while events are sent; and 1 if events of turns are among them.
    is_enabled BIGINT NOT NULL,
    wants_turns BIGINT NOT NULL,
    -- JSON of where events are sent, and which; and of the names of the headers of each request.
    settings TEXT NOT NULL,
    header_names TEXT NOT NULL,
    -- JSON of the headers, sealed with the master key for this row alone.
    sealed BYTEA NOT NULL,
    -- JSON of the secrets that sign, the newest one last: their times, and the numbers from which the master key makes them.
    secrets TEXT NOT NULL,
    -- `gone` or `failing`, if the gateway has switched it off, and when.
    disabled_reason TEXT,
    disabled_at_ms BIGINT,
    -- How often it has failed since the last success, and since when.
    failures BIGINT NOT NULL,
    failing_since_ms BIGINT,
    -- To the minute.
    last_success_ms BIGINT,
    -- It gets the events behind this position of the log: that at which it was made, or switched on last.
    from_position BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    updated_at_ms BIGINT NOT NULL,
    created_by TEXT NOT NULL
);
CREATE INDEX webhooks_by_workspace ON webhooks (workspace_id, id);
CREATE INDEX webhooks_of_turns ON webhooks (workspace_id) WHERE wants_turns = 1;

-- Up to which position of its log the events of a workspace have become deliveries; of workspaces that have or had a webhook.
CREATE TABLE webhook_heads (
    workspace_id BIGINT PRIMARY KEY,
    position BIGINT NOT NULL
);

-- Events on their way to webhooks: a row for each event and each webhook that wants it.
CREATE TABLE deliveries (
    id BIGINT PRIMARY KEY,
    workspace_id BIGINT NOT NULL,
    webhook_id BIGINT NOT NULL,
    event_id BIGINT NOT NULL,
    event TEXT NOT NULL,
    -- What is sent. It never changes.
    body TEXT NOT NULL,
    is_test BIGINT NOT NULL,
    -- `pending`, `sending`, `succeeded` or `failed`
    status TEXT NOT NULL,
    -- 1 while it is pending and its time has come.
    is_due BIGINT NOT NULL,
    next_at_ms BIGINT NOT NULL,
    -- How often it was sent; and how often that failed since it was made, or asked for again.
    attempts BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    -- 1 if it was asked for again while it was being sent.
    is_wanted_again BIGINT NOT NULL DEFAULT 0,
    -- What the last attempt came to.
    last_status BIGINT,
    last_error TEXT,
    -- Grows each time that a gateway gets it: what a gateway writes names the epoch under which it got the delivery.
    epoch BIGINT NOT NULL,
    lease_until_ms BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    finished_at_ms BIGINT
);
CREATE INDEX deliveries_by_time ON deliveries (webhook_id, created_at_ms, id);
CREATE INDEX deliveries_by_status ON deliveries (webhook_id, status, created_at_ms, id);
CREATE INDEX deliveries_due ON deliveries (webhook_id, next_at_ms, id) WHERE is_due = 1;
CREATE INDEX deliveries_waiting ON deliveries (next_at_ms) WHERE status = 'pending' AND is_due = 0;
CREATE INDEX deliveries_sending ON deliveries (webhook_id, lease_until_ms) WHERE status = 'sending';
CREATE INDEX deliveries_finished ON deliveries (finished_at_ms) WHERE finished_at_ms IS NOT NULL;

-- Attempts to send deliveries.
CREATE TABLE delivery_attempts (
    delivery_id BIGINT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    -- 1, 2, 3, ...
    number BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    latency_ms BIGINT NOT NULL,
    -- What was answered, as far as it was: the status, and the first KiB.
    status BIGINT,
    error TEXT,
    answer TEXT,
    PRIMARY KEY (delivery_id, number)
) /*without_rowid*/;

-- Memory profiles: what agents remember and recall.
CREATE TABLE memory_profiles (
    workspace_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    -- JSON of its settings.
    settings TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    updated_at_ms BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (workspace_id, id)
) /*without_rowid*/;

-- The number of the last change of a workspace's memory. Each transaction that changes memory increments it and writes it on
-- each row of `memory_index` that it touches, so that the numbers are in the order of the commits.
CREATE TABLE memory_heads (
    workspace_id BIGINT PRIMARY KEY,
    change BIGINT NOT NULL,
    -- Rows of the index whose change is smaller may be missing without a trace: who has read up to a smaller number starts anew.
    rebuilt BIGINT NOT NULL,
    -- The embedder that all rows of the index have vectors of, but for those that have none yet; 0: there may be several.
    embedder BIGINT NOT NULL
);

-- What is remembered of the tiers `daily`, `profile`, `graph` and `procedural`. Messages of sessions are in `turns`.
CREATE TABLE memories (
    workspace_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    tier TEXT NOT NULL,
    -- Whose it is: a subject's number; 0: the workspace's.
    subject BIGINT NOT NULL,
    agent_id TEXT,
    session_id BIGINT,
    turn_id BIGINT,
    -- Of a daily note: `decision`, `outcome`, `strategy`, `note` or `interaction`.
    category TEXT,
    -- What it is about, folded: of the live rows of one owner with one slot the newest holds.
    slot TEXT,
    content TEXT NOT NULL,
    -- JSON of what its tier has beside the content.
    data TEXT NOT NULL,
    -- The words of the user that it was made of.
    quote TEXT,
    -- `caller`, `rule`, `model`, `tool`, `consolidation`, `propagation` or `import`; and the rule's name.
    source TEXT NOT NULL,
    rule TEXT,
    -- 0 to 1: how far its origin is to be believed, and how sure it is.
    trust DOUBLE PRECISION NOT NULL,
    confidence DOUBLE PRECISION NOT NULL,
    -- What it weighed at a time; what it weighs at another one follows from both.
    strength DOUBLE PRECISION NOT NULL,
    strength_at_ms BIGINT NOT NULL,
    -- How often the same was said.
    evidence BIGINT NOT NULL,
    content_hash BYTEA NOT NULL,
    valid_from_ms BIGINT NOT NULL,
    -- Null while it holds.
    valid_to_ms BIGINT,
    superseded_by BIGINT,
    expires_at_ms BIGINT,
    version BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    updated_at_ms BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    -- A deleted row keeps its versions, so that it can be taken back.
    deleted_at_ms BIGINT,
    PRIMARY KEY (workspace_id, id)
) /*without_rowid*/;
CREATE INDEX memories_by_slot ON memories (workspace_id, subject, slot) WHERE slot IS NOT NULL AND valid_to_ms IS NULL AND deleted_at_ms IS NULL;
CREATE INDEX memories_by_hash ON memories (workspace_id, subject, content_hash);
CREATE INDEX memories_by_tier ON memories (workspace_id, subject, tier, id);
CREATE INDEX memories_by_turn ON memories (workspace_id, turn_id) WHERE turn_id IS NOT NULL;
CREATE INDEX memories_by_session ON memories (workspace_id, session_id) WHERE session_id IS NOT NULL;
CREATE INDEX memories_by_expiry ON memories (expires_at_ms) WHERE expires_at_ms IS NOT NULL AND deleted_at_ms IS NULL;
CREATE INDEX memories_deleted ON memories (deleted_at_ms) WHERE deleted_at_ms IS NOT NULL;

-- Each write of a memory: the row as it was after it.
CREATE TABLE memory_versions (
    workspace_id BIGINT NOT NULL,
    memory_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    -- JSON of the row.
    snapshot TEXT NOT NULL,
    -- `created`, `updated`, `confirmed`, `superseded`, `restored`, `reverted`, `undone`, `deleted`, `merged` or `expired`.
    reason TEXT NOT NULL,
    -- `usr_...` or `svc_...`; or `gateway`.
    author TEXT NOT NULL,
    turn_id BIGINT,
    session_id BIGINT,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, memory_id, version)
) /*without_rowid*/;
CREATE INDEX memory_versions_by_turn ON memory_versions (workspace_id, turn_id) WHERE turn_id IS NOT NULL;
CREATE INDEX memory_versions_by_session ON memory_versions (workspace_id, session_id) WHERE session_id IS NOT NULL;

-- What the index in memory is filled from, in the order of the changes: of each memory that can be found, and of each question
-- of a session, by the key of its turn. A row that is dead says that the item is gone.
CREATE TABLE memory_index (
    workspace_id BIGINT NOT NULL,
    change BIGINT NOT NULL,
    item_id BIGINT NOT NULL,
    subject BIGINT NOT NULL,
    tier TEXT NOT NULL,
    -- The embedder that was asked for the vector; 0: none yet.
    embedder BIGINT NOT NULL,
    -- A scale (f32, little endian) and a signed byte a dimension.
    vector BYTEA NOT NULL,
    -- Hashes of its terms (u32, little endian).
    terms BYTEA NOT NULL,
    created_at_ms BIGINT NOT NULL,
    valid_from_ms BIGINT NOT NULL,
    valid_to_ms BIGINT,
    expires_at_ms BIGINT,
    is_dead BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, change, item_id)
) /*without_rowid*/;
CREATE UNIQUE INDEX memory_index_by_item ON memory_index (workspace_id, item_id);
CREATE INDEX memory_index_dead ON memory_index (workspace_id) WHERE is_dead = 1;
CREATE INDEX memory_index_questions ON memory_index (workspace_id, subject, item_id) WHERE tier = 'session' AND is_dead = 0;
CREATE INDEX memory_index_unembedded ON memory_index (workspace_id, change, item_id) WHERE embedder = 0 AND is_dead = 0;

-- The profile of each user: a JSON document.
CREATE TABLE memory_user_profiles (
    workspace_id BIGINT NOT NULL,
    subject BIGINT NOT NULL,
    document TEXT NOT NULL,
    version BIGINT NOT NULL,
    updated_at_ms BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, subject)
) /*without_rowid*/;

-- The graph. An entity and an edge live as long as a live memory stands behind them.
CREATE TABLE memory_entities (
    workspace_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    subject BIGINT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    -- The entity that it was joined with.
    merged_into BIGINT,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
) /*without_rowid*/;
CREATE INDEX memory_entities_by_subject ON memory_entities (workspace_id, subject, id);
CREATE INDEX memory_entities_merged ON memory_entities (workspace_id, merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE memory_aliases (
    workspace_id BIGINT NOT NULL,
    subject BIGINT NOT NULL,
    folded TEXT NOT NULL,
    entity_id BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, subject, folded, entity_id)
) /*without_rowid*/;
CREATE INDEX memory_aliases_by_entity ON memory_aliases (workspace_id, entity_id);

CREATE TABLE memory_edges (
    workspace_id BIGINT NOT NULL,
    from_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    to_id BIGINT NOT NULL,
    -- The memory that is its evidence.
    memory_id BIGINT NOT NULL,
    subject BIGINT NOT NULL,
    confidence DOUBLE PRECISION NOT NULL,
    strength DOUBLE PRECISION NOT NULL,
    strength_at_ms BIGINT NOT NULL,
    valid_from_ms BIGINT NOT NULL,
    valid_to_ms BIGINT,
    -- When it is pruned: it has faded then, or does not hold any more.
    fades_at_ms BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, from_id, kind, to_id, memory_id)
) /*without_rowid*/;
-- The edges of an entity are read newest first, however many it has.
CREATE INDEX memory_edges_newest_from ON memory_edges (workspace_id, from_id, memory_id);
CREATE INDEX memory_edges_newest_to ON memory_edges (workspace_id, to_id, memory_id);
CREATE INDEX memory_edges_by_target ON memory_edges (workspace_id, to_id, kind, memory_id);
CREATE INDEX memory_edges_by_source ON memory_edges (workspace_id, from_id, kind, memory_id);
CREATE INDEX memory_edges_by_memory ON memory_edges (workspace_id, memory_id);
CREATE INDEX memory_edges_fading ON memory_edges (fades_at_ms);

-- Turns whose question is still to be remembered: a row is written in the transaction that keeps the answer, and goes in the
-- one that keeps what was remembered.
CREATE TABLE memory_pending (
    turn_id BIGINT PRIMARY KEY,
    workspace_id BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    run_at_ms BIGINT NOT NULL,
    lease_until_ms BIGINT NOT NULL,
    -- Grows with each claim: a worker whose claim is not the last one writes nothing.
    epoch BIGINT NOT NULL,
    session_id BIGINT NOT NULL,
    -- The tiers that may be written, a bit each, and when what is written expires.
    tiers BIGINT NOT NULL,
    expires_at_ms BIGINT
);
CREATE INDEX memory_pending_due ON memory_pending (run_at_ms, turn_id);
CREATE INDEX memory_pending_by_session ON memory_pending (session_id, turn_id);

-- Turns whose memory was taken back: nothing is made of them again.
CREATE TABLE memory_undone (
    workspace_id BIGINT NOT NULL,
    turn_id BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, turn_id)
) /*without_rowid*/;

-- Memories of users that were copied to the workspace, and the workspace's memory that says the same.
CREATE TABLE memory_copies (
    workspace_id BIGINT NOT NULL,
    memory_id BIGINT NOT NULL,
    copy_id BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, memory_id)
) /*without_rowid*/;

-- What makes vectors, by the name of its model, but for the table in the program, whose key is 1.
CREATE TABLE embedders (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    dimension BIGINT NOT NULL,
    UNIQUE (name, dimension)
);
