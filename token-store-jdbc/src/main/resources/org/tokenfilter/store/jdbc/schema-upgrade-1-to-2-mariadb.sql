-- Upgrades the tables of the token store from version 1 to version 2, for MariaDB. All nodes
-- must be stopped. ${prefix} stands for the table prefix.

-- The texts become the same bytes of UTF-8, without a character set.
alter table ${prefix}token_record
  modify subject varbinary(765) not null,
  modify group_name varbinary(1536),
  modify client varbinary(765),
  modify binding varbinary(765),
  modify roles mediumblob not null,
  modify attributes blob not null,
  add version bigint,
  add authenticated_at bigint,
  add external_session_hash integer,
  add external_account_hash integer,
  add confirmation_method smallint,
  add confirmation varbinary(1024),
  add acr varbinary(765),
  add external_session_issuer varbinary(765),
  add external_session varbinary(765),
  add external_account_issuer varbinary(765),
  add external_account varbinary(765),
  add label varbinary(192),
  add data blob,
  drop index token_record_group,
  add index token_record_group (group_hash, subject_hash),
  add index token_record_session (external_session_hash),
  add index token_record_account (external_account_hash),
  default character set binary;

drop table ${prefix}token_end;

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

update ${prefix}token_schema set version = 2 where version = 1;
