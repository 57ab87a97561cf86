-- Removes the tables of the token store, and all tokens with them, from MySQL.

drop table if exists ${prefix}token_record;
drop table if exists ${prefix}token_end;
drop table if exists ${prefix}token_group_lock;
drop table if exists ${prefix}token_schema;
