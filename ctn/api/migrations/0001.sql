CREATE TABLE session (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    scheme INTEGER NOT NULL,
    signer_key TEXT NOT NULL,
    refresh_hash TEXT NOT NULL,
    since BIGINT NOT NULL,
    expires BIGINT NOT NULL
);

CREATE INDEX session_expires ON session (expires);

CREATE TABLE pending (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    body TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    put_up_by TEXT NOT NULL,
    created BIGINT NOT NULL
);

CREATE INDEX pending_account ON pending (account, sequence);

CREATE TABLE pending_signature (
    id TEXT NOT NULL,
    place INTEGER NOT NULL,
    scheme INTEGER NOT NULL,
    signer_key TEXT NOT NULL,
    signature TEXT NOT NULL,
    PRIMARY KEY (id, scheme, signer_key)
);
