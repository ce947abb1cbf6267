"""The tables of the mirror: what was imported, every cell of it, and what its rows say.

A row keeps its cells as they stood in the file that brought them (`import`); `seen` and `number`
say where it stood last. A row that a later file changed stays, closed by that import (`until`), so
two times are known of everything: its date in the source, and its import. `is_defect` is 1 for a
row with an error of its own and 2 for one that only the ledger contradicts.
"""

from typing import Final

VERSION: Final = 1

TABLES: Final = """
CREATE TABLE import (
    id INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL,
    layout TEXT NOT NULL,
    source TEXT NOT NULL,
    file TEXT NOT NULL,
    header TEXT NOT NULL,
    rows INTEGER NOT NULL,
    serials_total INTEGER NOT NULL,
    serials_ok INTEGER NOT NULL,
    snapshot INTEGER NOT NULL,
    time INTEGER NOT NULL,
    UNIQUE (sha256, layout)
) STRICT;
CREATE TABLE row (
    id INTEGER PRIMARY KEY,
    layout TEXT NOT NULL,
    natural_key TEXT NOT NULL,
    occurrence INTEGER NOT NULL,
    row_key BLOB NOT NULL,
    cells TEXT NOT NULL,
    import INTEGER NOT NULL REFERENCES import (id),
    seen INTEGER NOT NULL REFERENCES import (id),
    number INTEGER NOT NULL,
    is_defect INTEGER NOT NULL,
    gone INTEGER REFERENCES import (id),
    until INTEGER REFERENCES import (id)
) STRICT;
CREATE TABLE unit (
    row INTEGER PRIMARY KEY REFERENCES row (id),
    source TEXT NOT NULL,
    tells TEXT NOT NULL,
    text TEXT NOT NULL,
    registry TEXT NOT NULL,
    line TEXT NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    state TEXT NOT NULL,
    status TEXT NOT NULL,
    date TEXT NOT NULL,
    project TEXT NOT NULL,
    vintage INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    beneficiary TEXT NOT NULL,
    destination TEXT NOT NULL
) STRICT;
CREATE TABLE issuance (
    row INTEGER PRIMARY KEY REFERENCES row (id),
    source TEXT NOT NULL,
    line TEXT NOT NULL,
    project TEXT NOT NULL,
    origin TEXT NOT NULL,
    date TEXT NOT NULL,
    vintage INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    buffer INTEGER NOT NULL,
    ended INTEGER
) STRICT;
CREATE TABLE project (
    row INTEGER PRIMARY KEY REFERENCES row (id),
    source TEXT NOT NULL,
    project TEXT NOT NULL,
    name TEXT NOT NULL,
    name_words TEXT NOT NULL,
    country TEXT NOT NULL,
    type TEXT NOT NULL,
    status TEXT NOT NULL,
    start TEXT NOT NULL,
    end TEXT NOT NULL,
    lat_e6 INTEGER,
    lon_e6 INTEGER
) STRICT;
CREATE TABLE defect (
    import INTEGER NOT NULL REFERENCES import (id),
    number INTEGER NOT NULL,
    line INTEGER NOT NULL,
    column TEXT NOT NULL,
    code TEXT NOT NULL,
    severity TEXT NOT NULL,
    value TEXT NOT NULL,
    natural_key TEXT NOT NULL,
    message TEXT NOT NULL
) STRICT;
CREATE VIEW unit_now AS
    SELECT unit.*, row.import, row.seen, row.number, row.layout FROM unit
    JOIN row ON row.id = unit.row
    WHERE row.until IS NULL AND row.gone IS NULL AND row.is_defect = 0;
CREATE VIEW issuance_now AS
    SELECT issuance.*, row.import, row.seen, row.number, row.layout FROM issuance
    JOIN row ON row.id = issuance.row
    WHERE row.until IS NULL AND row.gone IS NULL AND row.is_defect = 0;
CREATE VIEW project_now AS
    SELECT project.*, row.import, row.seen, row.number, row.layout FROM project
    JOIN row ON row.id = project.row
    WHERE row.until IS NULL AND row.gone IS NULL AND row.is_defect = 0;
"""

INDEXES: Final = """
CREATE UNIQUE INDEX IF NOT EXISTS row_now ON row (layout, natural_key, occurrence)
    WHERE until IS NULL;
CREATE INDEX IF NOT EXISTS row_seen ON row (layout, seen, number) WHERE until IS NULL;
CREATE INDEX IF NOT EXISTS unit_line ON unit (line, start);
CREATE INDEX IF NOT EXISTS defect_import ON defect (import, number);
"""

ARRIVED: Final = """
DROP TABLE IF EXISTS temp.arrived;
CREATE TEMP TABLE arrived (
    number INTEGER PRIMARY KEY, natural_key TEXT NOT NULL, occurrence INTEGER NOT NULL,
    row_key BLOB NOT NULL, cells TEXT NOT NULL, is_defect INTEGER NOT NULL,
    before INTEGER, was BLOB
);
"""

# What stands in the mirror of each row that arrived; a row that was gone counts as another one.
MATCH: Final = """
UPDATE arrived SET before = row.id, was = iif(row.gone IS NULL, row.row_key, x'')
FROM row
WHERE row.layout = ? AND row.natural_key = arrived.natural_key
    AND row.occurrence = arrived.occurrence AND row.until IS NULL
"""

CLOSE: Final = """
UPDATE row SET until = ? WHERE id IN (
    SELECT before FROM arrived WHERE before IS NOT NULL AND was <> row_key)
"""

ADD: Final = """
INSERT INTO row (id, layout, natural_key, occurrence, row_key, cells, import, seen, number,
    is_defect)
SELECT ? + number, ?, natural_key, occurrence, row_key, cells, ?, ?, number, is_defect
FROM arrived WHERE before IS NULL OR was <> row_key ORDER BY number
"""

MOVE: Final = """
UPDATE row SET seen = ?, number = arrived.number, is_defect = arrived.is_defect
FROM arrived WHERE arrived.before = row.id AND arrived.was = arrived.row_key
"""

GONE: Final = """
UPDATE row SET gone = ? WHERE layout = ? AND until IS NULL AND gone IS NULL AND seen <> ?
"""
