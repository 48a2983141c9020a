// The store's own tables in a SQLite file, version by version.
import { LOG_TABLES } from '../../profiles/logs.js'
import { createColumns, quote } from './sql-text.js'

/** "Self": says in the head of a file whose it is. */
export const APPLICATION_ID = 0x53656c66

/**
 * How SQLite has the types: a boolean as 0 or 1, a timestamp as ISO 8601 in UTC with milliseconds, which sorts as
 * text and which `datetime()` reads.
 *
 * Profiles are referred to by number, which is a tenth of the size of an id; the views have the ids. Rows of a
 * source's table have in `seq$` the `seq` of their message, so that they are appended and found without an index:
 * one on `id`, whose values are random, costs more than the rows themselves. For the same reason the indexes of what
 * comes at random are tables (`selfsame_ids`, `_messages_of`, `_logs_of`) that are written many rows at a time, in
 * their order: what came since is looked through. And of a profile that only did something again, no more is written
 * than when, and with which message (`selfsame_activity`).
 */
const FIRST = `
CREATE TABLE messages (
  seq INTEGER PRIMARY KEY, message_id TEXT NOT NULL, space TEXT NOT NULL, source TEXT NOT NULL, type TEXT NOT NULL,
  received_at TIMESTAMP NOT NULL, timestamp TIMESTAMP NOT NULL, profile INTEGER, message TEXT NOT NULL
);
CREATE TABLE selfsame_ids (
  hash INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (hash, seq)
) WITHOUT ROWID;

CREATE TABLE selfsame_messages_of (
  profile INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (profile, seq)
) WITHOUT ROWID;
CREATE TABLE selfsame_logs_of (
  id TEXT NOT NULL, log TEXT NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (id, log, row)
) WITHOUT ROWID;

CREATE TABLE profiles (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, space TEXT NOT NULL, seq INTEGER,
  created_at TIMESTAMP, updated_at TIMESTAMP,
  first_message_id TEXT, first_source TEXT, last_message_id TEXT, last_source TEXT,
  merged_into INTEGER, traits TEXT NOT NULL DEFAULT '{}', apart TEXT NOT NULL DEFAULT '[]'
);
CREATE TABLE selfsame_activity (
  profile INTEGER PRIMARY KEY, seq INTEGER NOT NULL, updated_at INTEGER NOT NULL
);
CREATE INDEX selfsame_profiles_seq ON profiles (seq);
CREATE INDEX selfsame_profiles_merged ON profiles (merged_into) WHERE merged_into IS NOT NULL;
CREATE TABLE identifiers (
  space TEXT NOT NULL, type TEXT NOT NULL, value TEXT NOT NULL, profile INTEGER NOT NULL, place INTEGER NOT NULL,
  seq INTEGER NOT NULL, created_at TIMESTAMP NOT NULL, first_message_id TEXT NOT NULL, source TEXT NOT NULL,
  PRIMARY KEY (space, type, value)
) WITHOUT ROWID;
CREATE INDEX selfsame_identifiers_profile ON identifiers (profile);
CREATE TABLE profile_accounts (
  space TEXT NOT NULL, id TEXT NOT NULL, created_at TIMESTAMP NOT NULL, updated_at TIMESTAMP NOT NULL,
  first_message_id TEXT NOT NULL, last_message_id TEXT NOT NULL, traits TEXT NOT NULL, PRIMARY KEY (space, id)
) WITHOUT ROWID;

CREATE TABLE discards (
  seq$ INTEGER PRIMARY KEY, source TEXT NOT NULL, "table" TEXT NOT NULL, "column" TEXT NOT NULL, value TEXT NOT NULL,
  reason TEXT NOT NULL, message_id TEXT NOT NULL
);
CREATE TABLE operations (
  seq$ INTEGER PRIMARY KEY, seq INTEGER NOT NULL, space TEXT NOT NULL, kind TEXT NOT NULL, at TIMESTAMP NOT NULL,
  details TEXT NOT NULL
);
CREATE TABLE selfsame_columns (
  "table" TEXT NOT NULL, "column" TEXT NOT NULL, type TEXT NOT NULL, place INTEGER NOT NULL,
  PRIMARY KEY ("table", "column")
) WITHOUT ROWID;
CREATE TABLE selfsame_upserts (
  "table" TEXT NOT NULL, id TEXT NOT NULL, state TEXT NOT NULL, rest TEXT NOT NULL, PRIMARY KEY ("table", id)
) WITHOUT ROWID;
CREATE TABLE selfsame_counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

CREATE VIEW people_messages (message_id, person_id, seq) AS
  SELECT m.message_id, person.id, m.seq FROM profiles person
  JOIN profiles p ON p.number = person.number OR p.merged_into = person.number
  JOIN selfsame_messages_of o ON o.profile = p.number JOIN messages m ON m.seq = o.seq
  WHERE person.merged_into IS NULL
  UNION ALL
  SELECT m.message_id, person.id, m.seq
  FROM messages m JOIN profiles p ON p.number = m.profile
  JOIN profiles person ON person.number = coalesce(p.merged_into, p.number)
  WHERE m.seq > (SELECT coalesce(max(value), 0) FROM selfsame_counters WHERE name = 'indexed to');
CREATE VIEW people AS
  SELECT id,
    (SELECT value FROM identifiers WHERE profile = p.number AND type = 'user_id' ORDER BY place LIMIT 1) AS user_id,
    (SELECT value FROM identifiers WHERE profile = p.number AND type = 'email' ORDER BY place LIMIT 1) AS email,
    coalesce(traits -> '$.name' ->> 0,
      trim(coalesce(traits -> '$.firstName' ->> 0, traits -> '$.first_name' ->> 0) || ' ' ||
        coalesce(traits -> '$.lastName' ->> 0, traits -> '$.last_name' ->> 0))) AS name,
    (SELECT json_group_array(value) FROM
      (SELECT value FROM identifiers WHERE profile = p.number AND type = 'anonymous_id' ORDER BY place))
      AS anonymous_ids,
    (SELECT json_group_array(json_object('type', type, 'value', value)) FROM
      (SELECT type, value FROM identifiers WHERE profile = p.number ORDER BY place)) AS identifiers,
    (SELECT json_group_object(key, json(value -> 0)) FROM json_each(traits) WHERE value ->> 0 IS NOT NULL) AS traits,
    created_at,
    coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', a.updated_at / 1000.0, 'unixepoch'), p.updated_at) AS updated_at
  FROM profiles p LEFT JOIN selfsame_activity a ON a.profile = number WHERE merged_into IS NULL;
`

function logs(): string {
  return Object.entries(LOG_TABLES)
    .map(
      ([name, columns]) =>
        `CREATE TABLE ${quote(name)} (seq$ INTEGER PRIMARY KEY, ${createColumns(columns)});
         CREATE INDEX ${quote(`selfsame_${name}_seq`)} ON ${quote(name)} (seq);`,
    )
    .join('\n')
}

/** What each version needs to become the next; the number of steps is the version. */
export const MIGRATIONS: readonly (() => string)[] = [() => FIRST + logs()]
