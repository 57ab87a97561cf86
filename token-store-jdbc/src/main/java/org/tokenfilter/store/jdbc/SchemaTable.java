package org.tokenfilter.store.jdbc;

import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.tokenfilter.store.Confirmation;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenRecord;

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

    /** A number of a transaction, which the driver of PostgreSQL does not know. */
    static final Type TRANSACTION = new Type("xid8", 0, Set.of(Types.OTHER));

    /** Returns the type of a text of at most so many UTF-16 code units. */
    static Type text(TextCodec codec, int least) {
      // Three bytes are enough for each code unit.
      return codec.bytes()
          ? new Type("varbinary(" + 3 * least + ")", 3 * least, Set.of(Types.VARBINARY))
          : new Type("varchar(" + least + ")", least, Set.of(Types.VARCHAR));
    }

    /** Returns the type of encoded texts of at most so many bytes. */
    static Type longText(TextCodec codec, int least) {
      return codec.bytes()
          ? new Type(
              "blob of " + least + " bytes",
              least,
              Set.of(Types.LONGVARBINARY, Types.VARBINARY, Types.BLOB))
          : new Type("text", least, Set.of(Types.VARCHAR, Types.LONGVARCHAR, Types.CLOB));
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

  /** The table of the version. */
  static final SchemaTable VERSION =
      new SchemaTable("token_schema", Map.of("version", Type.NUMBER), List.of());

  /** The least size of a horizon, of some hundred characters. */
  private static final int HORIZON = 1_000;

  /** The most bytes of encoded roles: each may be a backslash, and each role ends with a line. */
  private static final int ROLES = 3 * TokenDetails.MAX_ROLE_BYTES;

  private static final int PAIRS = 3 * TokenDetails.MAX_ATTRIBUTE_BYTES;

  /** Returns all tables on this database. */
  static List<SchemaTable> all(Dialect dialect) {
    TextCodec codec = dialect.textCodec();
    List<SchemaTable> tables = new ArrayList<>();
    tables.add(
        new SchemaTable(
            "token_record",
            recordColumns(codec),
            List.of(Privilege.INSERT, Privilege.update("ended"), Privilege.DELETE)));
    tables.add(
        new SchemaTable(
            "token_change", changeColumns(dialect), List.of(Privilege.INSERT, Privilege.DELETE)));
    if (dialect != Dialect.POSTGRESQL) {
      tables.add(
          new SchemaTable(
              "token_change_lane",
              columns(
                  Map.of(
                      Type.NUMBER, List.of("lane"),
                      Type.MILLIS, List.of("last_number"),
                      Type.HASH, List.of("stamp", "previous_stamp"))),
              List.of(Privilege.update("last_number"))));
    }
    tables.add(
        new SchemaTable(
            "token_horizon",
            columns(
                Map.of(
                    Type.MILLIS,
                    List.of("id", "taken_at"),
                    Type.NUMBER,
                    List.of("state"),
                    Type.longText(codec, HORIZON),
                    List.of("position_text"))),
            List.of(Privilege.INSERT, Privilege.update("state"), Privilege.DELETE)));
    tables.add(
        new SchemaTable(
            "token_mark",
            columns(
                Map.of(
                    Type.text(codec, TokenRecord.MAX_SUBJECT_LENGTH),
                    List.of("name"),
                    Type.MILLIS,
                    List.of("marked_until"))),
            List.of(Privilege.INSERT, Privilege.update("marked_until"), Privilege.DELETE)));
    tables.add(
        new SchemaTable(
            "token_group_lock", Map.of("slot", Type.NUMBER), List.of(Privilege.update("slot"))));
    tables.add(VERSION);
    return tables;
  }

  private static Map<String, Type> changeColumns(Dialect dialect) {
    Map<String, Type> columns =
        columns(
            Map.of(
                Type.ID, List.of("id"),
                Type.MILLIS, List.of("version"),
                Type.NUMBER, List.of("reason")));
    if (dialect == Dialect.POSTGRESQL) {
      columns.put("transaction_id", Type.TRANSACTION);
    } else {
      columns.put("lane", Type.NUMBER);
      columns.put("number", Type.MILLIS);
      List.of("stamp", "previous_stamp").forEach(stamp -> columns.put(stamp, Type.HASH));
    }
    return columns;
  }

  private static Map<String, Type> recordColumns(TextCodec codec) {
    Map<String, Type> columns =
        columns(
            Map.of(
                Type.MILLIS,
                List.of(
                    "issued_at",
                    "last_used_at",
                    "idle_timeout",
                    "idle_expires_at",
                    "expires_at",
                    "ended_at",
                    "visit_at",
                    "version",
                    "authenticated_at"),
                Type.HASH,
                List.of(
                    "subject_hash", "group_hash", "external_session_hash", "external_account_hash"),
                Type.NUMBER,
                List.of("kind", "ended", "end_reason", "confirmation_method"),
                Type.ID,
                List.of("id", "parent", "successor"),
                Type.text(codec, TokenRecord.MAX_GROUP_LENGTH),
                List.of("group_name"),
                Type.text(codec, TokenDetails.MAX_LABEL_LENGTH),
                List.of("label"),
                Type.longText(codec, Confirmation.MAX_VALUE_BYTES),
                List.of("confirmation"),
                Type.longText(codec, ROLES),
                List.of("roles"),
                Type.longText(codec, PAIRS),
                List.of("attributes", "data")));
    for (String text :
        List.of(
            "subject",
            "client",
            "binding",
            "acr",
            "external_session_issuer",
            "external_session",
            "external_account_issuer",
            "external_account")) {
      columns.put(text, Type.text(codec, TokenRecord.MAX_SUBJECT_LENGTH));
    }
    return columns;
  }

  private static Map<String, Type> columns(Map<Type, List<String>> byType) {
    Map<String, Type> columns = new TreeMap<>();
    byType.forEach((type, names) -> names.forEach(name -> columns.put(name, type)));
    return columns;
  }
}
