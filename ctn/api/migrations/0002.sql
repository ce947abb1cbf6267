ALTER TABLE session ADD COLUMN is_fresh INTEGER NOT NULL DEFAULT 0;

CREATE INDEX session_key ON session (account, scheme, signer_key, since);

CREATE INDEX session_fresh ON session (is_fresh, since);
