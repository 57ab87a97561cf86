-- Tables of the token store, version 2, for MySQL. ${prefix} stands for the table prefix.
-- Times are milliseconds since 1970-01-01 UTC. Texts are UTF-8 in binary columns, so that
-- no character set and no collation can change or confuse them.

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
  subject varbinary(765) not null,
  group_name varbinary(1536),
  client varbinary(765),
  binding varbinary(765),
  roles mediumblob not null,
  attributes blob not null,
  version bigint,
  authenticated_at bigint,
  external_session_hash integer,
  external_account_hash integer,
  confirmation_method smallint,
  confirmation varbinary(1024),
  acr varbinary(765),
  external_session_issuer varbinary(765),
  external_session varbinary(765),
  external_account_issuer varbinary(765),
  external_account varbinary(765),
  label varbinary(192),
  data blob,
  -- None of these holds a column that renewals move. The hashes stand for texts of any length: the
  -- first four bytes of the SHA-256 digest of the text in UTF-8, as a number. Those of external ids
  -- are taken over the issuer and the id with a NUL between them.
  index token_record_subject (subject_hash, issued_at, id),
  index token_record_group (group_hash, subject_hash),
  index token_record_parent (parent),
  index token_record_visit (ended, visit_at),
  index token_record_session (external_session_hash),
  index token_record_account (external_account_hash)
) engine = InnoDB row_format = dynamic default character set binary;

-- Which records were revoked (with a reason) or amended (with the new version), numbered in each
-- lane in the order of their commits; outlives the records. A stamp is random and repeats in the
-- next entry of its lane, so that a database restored from a backup is noticed.
create table if not exists ${prefix}token_change (
  lane smallint not null,
  number bigint not null,
  id binary(32) not null,
  version bigint not null,
  reason smallint,
  stamp integer not null,
  previous_stamp integer not null,
  primary key (lane, number)
) engine = InnoDB row_format = dynamic;

-- The last number of each lane. Whoever adds a change holds the row of its lane until the commit.
create table if not exists ${prefix}token_change_lane (
  lane smallint not null primary key,
  last_number bigint not null,
  stamp integer not null,
  previous_stamp integer not null
) engine = InnoDB row_format = dynamic;

insert ignore into ${prefix}token_change_lane (lane, last_number, stamp, previous_stamp)
with recursive lanes (lane) as (select 0 union all select lane + 1 from lanes where lane < 63)
select lane, 0, floor(rand() * 2147483647), 0 from lanes;

-- Up to where the changes had come at some times, by the database's clock: those that all readers
-- can have seen are deleted. State 0: not yet, 1: being deleted, 2: deleted.
create table if not exists ${prefix}token_horizon (
  id bigint not null auto_increment primary key,
  taken_at bigint not null,
  state smallint not null,
  position_text varbinary(4000) not null
) engine = InnoDB row_format = dynamic;

-- Names that one caller has got, until when.
create table if not exists ${prefix}token_mark (
  name varbinary(765) not null primary key,
  marked_until bigint not null,
  index token_mark_until (marked_until)
) engine = InnoDB row_format = dynamic default character set binary;

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
select 2 from dual where not exists (select 1 from ${prefix}token_schema);
