-- Tables of the token store, version 1, for PostgreSQL. ${prefix} stands for the table prefix,
-- ${name} for the same without a schema. Times are milliseconds since 1970-01-01 UTC.

-- The room that is left in each page lets a renewal stay in its page and touch no index.
create table if not exists ${prefix}token_record (
  issued_at bigint not null,
  last_used_at bigint not null,
  idle_timeout bigint,
  idle_expires_at bigint,
  expires_at bigint,
  ended_at bigint,
  visit_at bigint,
  subject_hash integer not null,
  group_hash integer,
  kind smallint not null,
  ended smallint default 0 not null,
  end_reason smallint,
  id bytea not null primary key,
  parent bytea,
  successor bytea,
  subject varchar(255) collate "C" not null,
  group_name varchar(512) collate "C",
  client varchar(255) collate "C",
  binding varchar(255) collate "C",
  roles text collate "C" not null,
  attributes text collate "C" not null
) with (fillfactor = 80);

-- None of these holds a column that renewals move. The hashes stand for texts of any length: the
-- first four bytes of the SHA-256 digest of the text in UTF-8, as a number. By whole seconds many
-- entries are equal, and PostgreSQL keeps those as one.
create index if not exists ${name}token_record_subject on ${prefix}token_record (subject_hash, issued_at) where ended = 0;
create index if not exists ${name}token_record_group on ${prefix}token_record (group_hash) where ended = 0 and group_hash is not null;
create index if not exists ${name}token_record_parent on ${prefix}token_record using hash (parent) where ended = 0 and parent is not null;
create index if not exists ${name}token_record_expiry on ${prefix}token_record ((visit_at / 1000)) where ended = 0;
create index if not exists ${name}token_record_deletion on ${prefix}token_record ((visit_at / 1000)) where ended = 1;

-- For the few calls that ask what had ended before. Made later than the others: a store works
-- without them, but such a call then reads the whole table.
create index if not exists ${name}token_record_ended_subject on ${prefix}token_record (subject_hash) where ended = 1;
create index if not exists ${name}token_record_ended_parent on ${prefix}token_record using hash (parent) where ended = 1 and parent is not null;

-- Which records ended when, by the database's clock; outlives the records.
create table if not exists ${prefix}token_end (
  ended_by_store_clock bigint not null,
  id bytea not null,
  primary key (ended_by_store_clock, id)
);

-- Whoever adds to a limited group holds the row of its slot.
create table if not exists ${prefix}token_group_lock (
  slot smallint not null primary key
);

insert into ${prefix}token_group_lock (slot)
select slot from generate_series(0, 255) slot
on conflict do nothing;

create table if not exists ${prefix}token_schema (
  version smallint not null primary key
);

insert into ${prefix}token_schema (version)
select 1 where not exists (select 1 from ${prefix}token_schema)
on conflict do nothing;
