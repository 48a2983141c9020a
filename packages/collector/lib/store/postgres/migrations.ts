// The store's own tables, version by version.
import type { Columns } from '../../cells/cells.js'
import { LOG_TABLES } from '../../profiles/logs.js'
import { SQL_TYPES, quote } from './sql-text.js'

/**
 * Keys are compared byte by byte ("C"), whatever the database sorts by. What is too long for an index has its hash in
 * the key and is kept whole beside it.
 */
const FIRST = `
CREATE TABLE selfsame.selfsame_state (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  version integer NOT NULL, last_seq bigint NOT NULL, tables_version bigint NOT NULL
);
CREATE TABLE selfsame.selfsame_counters (name text COLLATE "C" PRIMARY KEY, value bigint NOT NULL)
  WITH (fillfactor = 50);
CREATE TABLE selfsame.selfsame_sources (
  source text COLLATE "C" PRIMARY KEY, schema text COLLATE "C" NOT NULL UNIQUE
);

CREATE TABLE selfsame.messages (
  seq bigint PRIMARY KEY, message_id text COLLATE "C" NOT NULL, space text COLLATE "C" NOT NULL,
  source text COLLATE "C" NOT NULL, type text COLLATE "C" NOT NULL, received_at timestamptz NOT NULL,
  "timestamp" timestamptz NOT NULL, profile_id text COLLATE "C", message text NOT NULL
);
CREATE UNIQUE INDEX messages_message_id ON selfsame.messages (message_id);
CREATE INDEX messages_profile_id ON selfsame.messages (profile_id, seq) WHERE profile_id IS NOT NULL;

CREATE TABLE selfsame.profiles (
  id text COLLATE "C" PRIMARY KEY, space text COLLATE "C" NOT NULL, seq bigint, created_at timestamptz,
  updated_at timestamptz, first_message_id text, first_source text, last_message_id text, last_source text,
  merged_into text COLLATE "C", traits text NOT NULL DEFAULT '{}', apart text NOT NULL DEFAULT '[]'
) WITH (fillfactor = 70);
CREATE INDEX profiles_seq ON selfsame.profiles (seq);
CREATE INDEX profiles_merged_into ON selfsame.profiles (merged_into) WHERE merged_into IS NOT NULL;
CREATE TABLE selfsame.identifiers (
  space text COLLATE "C" NOT NULL, type text COLLATE "C" NOT NULL, value text COLLATE "C" NOT NULL,
  profile_id text COLLATE "C" NOT NULL, seq bigint NOT NULL, place integer NOT NULL,
  created_at timestamptz NOT NULL, first_message_id text NOT NULL, source text NOT NULL,
  whole_type text, whole_value text, PRIMARY KEY (space, type, value)
);
CREATE INDEX identifiers_profile_id ON selfsame.identifiers (profile_id);
CREATE TABLE selfsame.profile_accounts (
  space text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL, first_message_id text NOT NULL, last_message_id text NOT NULL,
  traits text NOT NULL, whole_id text, PRIMARY KEY (space, id)
) WITH (fillfactor = 80);

CREATE TABLE selfsame.discards (
  selfsame_row bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, source text NOT NULL, "table" text NOT NULL,
  "column" text NOT NULL, value text NOT NULL, reason text NOT NULL, message_id text NOT NULL
);
CREATE INDEX discards_message_id ON selfsame.discards USING hash (message_id);
CREATE TABLE selfsame.operations (
  selfsame_row bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, seq bigint NOT NULL, space text NOT NULL,
  kind text NOT NULL, at timestamptz NOT NULL, details text NOT NULL
);
CREATE TABLE selfsame.selfsame_upserts (
  source text COLLATE "C", "table" text COLLATE "C", id text COLLATE "C", state text NOT NULL,
  PRIMARY KEY (source, "table", id)
) WITH (fillfactor = 80);
`

/** PostgreSQL's json has no escape of a NUL, nor of half a surrogate pair: in the views they are replaced. */
const READABLE = String.raw`CASE WHEN traits ~ '\\u(0000|d[89a-f])'
    THEN regexp_replace(traits, '\\u(0000|d[89a-f][0-9a-f]{2})', '\ufffd', 'g') ELSE traits END::json`

const VIEWS = `
CREATE VIEW selfsame.people_messages (message_id, person_id, seq) AS
  SELECT m.message_id, coalesce(p.merged_into, p.id), m.seq
  FROM selfsame.messages m JOIN selfsame.profiles p ON p.id = m.profile_id;
CREATE VIEW selfsame.people AS
  SELECT p.id, i.user_id, i.email,
    coalesce(p.traits -> 'name' ->> 0,
      trim(coalesce(p.traits -> 'firstName' ->> 0, p.traits -> 'first_name' ->> 0) || ' ' ||
        coalesce(p.traits -> 'lastName' ->> 0, p.traits -> 'last_name' ->> 0))) AS name,
    i.anonymous_ids, i.identifiers,
    (SELECT coalesce(json_object_agg(t.key, t.value -> 0), '{}'::json) FROM json_each(p.traits) t
     WHERE t.value ->> 0 IS NOT NULL) AS traits,
    p.created_at, p.updated_at
  FROM (
    SELECT id, created_at, updated_at, ${READABLE} AS traits FROM selfsame.profiles WHERE merged_into IS NULL
  ) p, LATERAL (
    SELECT (array_agg(value ORDER BY seq, place) FILTER (WHERE type = 'user_id'))[1] AS user_id,
      (array_agg(value ORDER BY seq, place) FILTER (WHERE type = 'email'))[1] AS email,
      coalesce(array_agg(value ORDER BY seq, place) FILTER (WHERE type = 'anonymous_id'), '{}') AS anonymous_ids,
      coalesce(
        json_agg(json_build_object('type', type, 'value', value) ORDER BY seq, place) FILTER (WHERE type IS NOT NULL),
        '[]'::json
      ) AS identifiers
    FROM (
      SELECT coalesce(whole_type, type) AS type, coalesce(whole_value, value) AS value, seq, place
      FROM selfsame.identifiers WHERE profile_id = p.id
    ) each_one
  ) i;
`

function logs(): string {
  return Object.entries(LOG_TABLES)
    .map(([name, columns]) => `${table(name, columns)}${indexes(name, columns)}`)
    .join('')
}

function table(name: string, columns: Columns): string {
  const list = [...columns].map(([column, type]) => `${quote(column)} ${SQL_TYPES[type]}`)
  return `CREATE TABLE selfsame.${quote(name)} (
  selfsame_row bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ${list.join(', ')}
);
`
}

/** Only what is searched for. A messageId may be longer than an entry of a tree, and is only asked for as a whole. */
const INDEXES: Readonly<Record<string, string>> = {
  seq: 'btree',
  segment_id: 'btree',
  canonical_segment_id: 'btree',
  conflicting_segment_id: 'btree',
  triggering_event_id: 'hash',
}

function indexes(name: string, columns: Columns): string {
  return [...columns.keys()]
    .filter((column) => Object.hasOwn(INDEXES, column))
    .map(
      (column) =>
        `CREATE INDEX ${quote(`${name}_${column}`)} ON selfsame.${quote(name)} USING ${INDEXES[column] ?? ''} (${quote(column)});\n`,
    )
    .join('')
}

const BEGINNING = `
INSERT INTO selfsame.selfsame_state (version, last_seq, tables_version) VALUES (0, 0, 0);
INSERT INTO selfsame.selfsame_counters (name, value) VALUES ('messages', 0), ('profiles', 0), ('identifiers', 0);
`

/** What each version needs to become the next; the number of steps is the version. */
export const MIGRATIONS: readonly (() => string)[] = [() => FIRST + logs() + VIEWS + BEGINNING]

export const VERSION = MIGRATIONS.length
