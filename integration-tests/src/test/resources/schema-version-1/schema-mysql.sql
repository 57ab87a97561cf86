-- Tables of the token store, version 1, for MySQL. ${prefix} stands for the table prefix.
-- Times are milliseconds since 1970-01-01 UTC. The collation tells every two texts apart.

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
  id binary(32) not null primary key,
  parent binary(32),
  successor binary(32),
  subject varchar(255) not null,
  group_name varchar(512),
  client varchar(255),
  binding varchar(255),
  roles text not null,
  attributes text not null,
  -- None of these holds a column that renewals move. The hashes stand for texts of any length: the
  -- first four bytes of the SHA-256 digest of the text in UTF-8, as a number.
  index token_record_subject (subject_hash, issued_at, id),
  index token_record_group (group_hash),
  index token_record_parent (parent),
  index token_record_visit (ended, visit_at)
) engine = InnoDB row_format = dynamic default character set utf8mb4 collate utf8mb4_0900_bin;

-- Which records ended when, by the database's clock; outlives the records.
create table if not exists ${prefix}token_end (
  ended_by_store_clock bigint not null,
  id binary(32) not null,
  primary key (ended_by_store_clock, id)
) engine = InnoDB row_format = dynamic;

-- Whoever adds to a limited group holds the row of its slot.
create table if not exists ${prefix}token_group_lock (
  slot smallint not null primary key
) engine = InnoDB row_format = dynamic;

insert ignore into ${prefix}token_group_lock (slot)
with recursive slots (slot) as (select 0 union all select slot + 1 from slots where slot < 255)
select slot from slots;

create table if not exists ${prefix}token_schema (
  version smallint not null primary key
) engine = InnoDB row_format = dynamic;

insert ignore into ${prefix}token_schema (version)
select 1 from dual where not exists (select 1 from ${prefix}token_schema);
