package org.tokenfilter.store.jdbc;

import java.sql.Types;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The requirements of the statements on a table.
 *
 * @param name the name of the table without the prefix
 * @param columns the types of the columns by name
 * @param privileges the privileges that the user needs, apart from reading
 */
record SchemaTable(String name, Map<String, Type> columns, List<Privilege> privileges) {

  /**
   * A column type, which the databases map to different JDBC types.
   *
   * @param name the name of the type in messages
   * @param minSize the least size of a column; 0 for a type without a size
   * @param types the allowed values of java.sql.Types
   */
  record Type(String name, int minSize, Set<Integer> types) {

    static final Type MILLIS = new Type("bigint", 0, Set.of(Types.BIGINT));
    static final Type HASH = new Type("integer", 0, Set.of(Types.INTEGER));
    static final Type NUMBER = new Type("smallint", 0, Set.of(Types.SMALLINT));
    static final Type ID = new Type("32 bytes", 32, Set.of(Types.BINARY, Types.VARBINARY));

    /** MySQL's text holds 65,535 bytes; its driver reports characters of four bytes each. */
    static final Type LONG_TEXT =
        new Type("text", 16_383, Set.of(Types.VARCHAR, Types.LONGVARCHAR, Types.CLOB));

    static Type text(int least) {
      return new Type("varchar(" + least + ")", least, Set.of(Types.VARCHAR));
    }

    /** Returns whether a column fits; a size that the driver does not know is unlimited. */
    boolean fits(int type, int size) {
      return types.contains(type) && (size <= 0 || size >= minSize);
    }
  }

  /**
   * A privilege on a table.
   *
   * @param name the name of the privilege in messages
   * @param probe a format of a statement that needs the privilege and changes nothing; its
   *     arguments are the table's name and its columns
   */
  record Privilege(String name, String probe) {

    private static final Privilege INSERT =
        new Privilege("insert into", "insert into %1$s (%2$s) select %2$s from %1$s where 1 = 0");

    private static final Privilege DELETE =
        new Privilege("delete from", "delete from %s where 1 = 0");

    private static Privilege update(String column) {
      return new Privilege("update", "update %%s set %1$s = %1$s where 1 = 0".formatted(column));
    }
  }

  /** All tables. */
  static final List<SchemaTable> ALL =
      List.of(
          new SchemaTable(
              "token_record",
              recordColumns(),
              List.of(Privilege.INSERT, Privilege.update("ended"), Privilege.DELETE)),
          new SchemaTable(
              "token_end",
              Map.of("ended_by_store_clock", Type.MILLIS, "id", Type.ID),
              List.of(Privilege.INSERT, Privilege.DELETE)),
          new SchemaTable(
              "token_group_lock", Map.of("slot", Type.NUMBER), List.of(Privilege.update("slot"))),
          new SchemaTable("token_schema", Map.of("version", Type.NUMBER), List.of()));

  private static Map<String, Type> recordColumns() {
    Map<String, Type> columns = new LinkedHashMap<>();
    for (String millis :
        List.of(
            "issued_at",
            "last_used_at",
            "idle_timeout",
            "idle_expires_at",
            "expires_at",
            "ended_at",
            "visit_at")) {
      columns.put(millis, Type.MILLIS);
    }
    List.of("subject_hash", "group_hash").forEach(hash -> columns.put(hash, Type.HASH));
    List.of("kind", "ended", "end_reason").forEach(number -> columns.put(number, Type.NUMBER));
    List.of("id", "parent", "successor").forEach(id -> columns.put(id, Type.ID));
    List.of("subject", "client", "binding").forEach(text -> columns.put(text, Type.text(255)));
    columns.put("group_name", Type.text(512));
    List.of("roles", "attributes").forEach(text -> columns.put(text, Type.LONG_TEXT));
    return columns;
  }
}
