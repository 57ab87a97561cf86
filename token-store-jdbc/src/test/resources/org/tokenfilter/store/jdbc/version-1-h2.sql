-- Tables of the token store, version 1, for H2. ${prefix} stands for the table prefix.
-- Times are milliseconds since 1970-01-01 UTC.

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
  roles varchar(32768) not null,
  attributes varchar(32768) not null
);

-- None of these holds a column that renewals move. The hashes stand for texts of any length: the
-- first four bytes of the SHA-256 digest of the text in UTF-8, as a number.
create index if not exists ${prefix}token_record_subject on ${prefix}token_record (subject_hash, issued_at, id);
create index if not exists ${prefix}token_record_group on ${prefix}token_record (group_hash);
create index if not exists ${prefix}token_record_parent on ${prefix}token_record (parent);
create index if not exists ${prefix}token_record_visit on ${prefix}token_record (ended, visit_at);

-- Which records ended when, by the database's clock; outlives the records.
create table if not exists ${prefix}token_end (
  ended_by_store_clock bigint not null,
  id binary(32) not null,
  primary key (ended_by_store_clock, id)
);

-- Whoever adds to a limited group holds the row of its slot.
create table if not exists ${prefix}token_group_lock (
  slot smallint not null primary key
);

insert into ${prefix}token_group_lock (slot)
select x from system_range(0, 255) s(x)
where not exists (select 1 from ${prefix}token_group_lock g where g.slot = s.x);

create table if not exists ${prefix}token_schema (
  version smallint not null primary key
);

insert into ${prefix}token_schema (version)
select 1 where not exists (select 1 from ${prefix}token_schema);
