-- Removes the tables of the token store, and all tokens with them, from PostgreSQL.

drop table if exists ${prefix}token_record;
drop table if exists ${prefix}token_change;
drop table if exists ${prefix}token_horizon;
drop table if exists ${prefix}token_mark;
drop table if exists ${prefix}token_group_lock;
drop table if exists ${prefix}token_schema;
