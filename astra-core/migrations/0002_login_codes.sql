-- Login codes: each signs a person in once, within a minute. One that is used goes; one that has expired goes in a while.
CREATE TABLE login_codes (
    code_hash BYTEA PRIMARY KEY,
    workspace_id BIGINT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- The sign-in that made it, with which it ends; null if the operator or the identity provider vouches for the person.
    family_id TEXT,
    -- What the new sign-in may do at the most; null for all that the role allows.
    scopes TEXT,
    -- When the new sign-in ends at the latest.
    ends_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX login_codes_by_user ON login_codes (user_id, expires_at);
CREATE INDEX login_codes_by_expiry ON login_codes (expires_at);
