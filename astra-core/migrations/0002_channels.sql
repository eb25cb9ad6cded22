-- Channels: where people meet agents on the platforms that they already use.

CREATE TABLE channels (
    id BIGINT PRIMARY KEY,
    workspace_id BIGINT NOT NULL,
    -- The platform's name.
    kind TEXT NOT NULL,
    -- Grows with each change of what callers see, but for how the channel is.
    version BIGINT NOT NULL,
    -- JSON of which agents answer whom; and of the platform's settings.
    settings TEXT NOT NULL,
    fields TEXT NOT NULL,
    -- JSON of the secrets that hold, and of those before them, sealed with the master key for this row alone.
    sealed BYTEA NOT NULL,
    -- JSON of when each secret was set, and until when the one before it verifies.
    secrets TEXT NOT NULL,
    -- JSON of who the bot is on its platform, once the platform has said so.
    identity TEXT,
    -- What failed last; since when nothing that is sent succeeds.
    last_error TEXT,
    last_error_ms BIGINT,
    failing_since_ms BIGINT,
    created_at_ms BIGINT NOT NULL,
    updated_at_ms BIGINT NOT NULL,
    created_by TEXT NOT NULL
);
CREATE INDEX channels_by_workspace ON channels (workspace_id, id);

-- What platforms have sent: a row for each event, by the platform's id of it.
CREATE TABLE channel_messages (
    id BIGINT PRIMARY KEY,
    workspace_id BIGINT NOT NULL,
    channel_id BIGINT NOT NULL,
    event_id TEXT NOT NULL,
    -- Empty for events that are no messages.
    conversation TEXT NOT NULL,
    -- `waiting`, `sending`: the answer is recorded; `answered`, `ignored`, `failed`, or `unknown`: a part of the answer may have arrived or not.
    state TEXT NOT NULL,
    -- Why it is ignored, or not answered.
    reason TEXT,
    -- JSON of what was written, until it is answered.
    message TEXT,
    -- Who has written it, by the platform's id; whose it is here.
    person TEXT,
    user_id TEXT,
    session_id BIGINT,
    turn_id BIGINT,
    received_at_ms BIGINT NOT NULL,
    finished_at_ms BIGINT,
    UNIQUE (channel_id, event_id)
);
CREATE INDEX channel_messages_by_channel ON channel_messages (channel_id, id);
CREATE INDEX channel_messages_by_user ON channel_messages (workspace_id, user_id) WHERE user_id IS NOT NULL;
CREATE INDEX channel_messages_waiting ON channel_messages (channel_id, conversation, id)
    WHERE state IN ('waiting', 'sending');
CREATE INDEX channel_messages_by_age ON channel_messages (received_at_ms);

-- Conversations in which a message is being answered: one at a time, by a job.
CREATE TABLE channel_conversations (
    channel_id BIGINT NOT NULL,
    conversation TEXT NOT NULL,
    workspace_id BIGINT NOT NULL,
    message_id BIGINT,
    job_id BIGINT,
    PRIMARY KEY (channel_id, conversation)
) /*without_rowid*/;

-- The parts of answers.
CREATE TABLE channel_sends (
    message_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    workspace_id BIGINT NOT NULL,
    channel_id BIGINT NOT NULL,
    -- `waiting`, `sending`: it is under way, `editing`: the platform has it with another text, `sent`, `failed`, `unknown`.
    state TEXT NOT NULL,
    -- Markdown.
    text TEXT NOT NULL,
    -- The platform's id of it.
    platform_id TEXT,
    error TEXT,
    sent_at_ms BIGINT,
    PRIMARY KEY (message_id, part)
) /*without_rowid*/;
CREATE INDEX channel_sends_by_channel ON channel_sends (channel_id, sent_at_ms);

-- Who the people of a platform are here; groups are people of their own.
CREATE TABLE channel_users (
    channel_id BIGINT NOT NULL,
    person TEXT NOT NULL,
    workspace_id BIGINT NOT NULL,
    user_id TEXT NOT NULL,
    -- The account that the person is linked to.
    linked_id TEXT,
    display_name TEXT,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (channel_id, person)
) /*without_rowid*/;

-- Which of the channel's agents answers in a place, where people have chosen another one than the first.
CREATE TABLE channel_places (
    channel_id BIGINT NOT NULL,
    place TEXT NOT NULL,
    workspace_id BIGINT NOT NULL,
    agent_id TEXT NOT NULL,
    PRIMARY KEY (channel_id, place)
) /*without_rowid*/;

-- Codes by which a person of a platform is linked to an account, once.
CREATE TABLE channel_link_codes (
    code_hash BYTEA PRIMARY KEY,
    workspace_id BIGINT NOT NULL,
    channel_id BIGINT NOT NULL,
    user_id TEXT NOT NULL,
    expires_at_ms BIGINT NOT NULL
);
