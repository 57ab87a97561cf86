package org.tokenfilter.store.jdbc;

import static java.util.stream.Collectors.joining;

import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.tokenfilter.store.ExternalId;
import org.tokenfilter.store.Origin;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;

/**
 * A check that the database returns texts exactly and treats no two different texts as equal. It
 * stores, reads and searches records full of {@link RoundTripTexts} in the same way as any others;
 * so each change of a text by the driver, its URL, the pool, the server, the database or a column
 * shows here. The records are rolled back.
 */
final class TextRoundTripCheck {

  private static final List<String> COLUMNS =
      List.of(
          "subject",
          "group_name",
          "client",
          "binding",
          "roles",
          "attributes",
          "acr",
          "external_session_issuer",
          "external_session",
          "external_account_issuer",
          "external_account",
          "label",
          "data");

  private final TableNames tableNames;
  private final RecordRows rows;
  private final SqlExecutor executor;
  private final SecureRandom random = new SecureRandom();
  private final List<TokenId> ids;

  /** The first problem of each column. */
  private final Map<String, String> problems = new LinkedHashMap<>();

  private TextRoundTripCheck(
      TableNames tableNames, RecordRows rows, SqlExecutor executor, List<TokenId> ids) {
    this.tableNames = tableNames;
    this.rows = rows;
    this.executor = executor;
    this.ids = ids;
  }

  /**
   * Rejects a database that changes texts, or whose tables are not transactional.
   *
   * @throws IllegalArgumentException if the database is rejected; the message says which texts
   *     change and how to correct it
   */
  static void requireRoundTrip(Transactions transactions, Dialect dialect, TableNames tableNames) {
    List<TokenId> ids = new ArrayList<>();
    List<String> problems =
        transactions.inTransaction(
            executor -> {
              executor.setRollbackOnly();
              return new TextRoundTripCheck(tableNames, new RecordRows(dialect), executor, ids)
                  .problems();
            });
    boolean undone =
        transactions.autoCommitted(executor -> deleteLeftovers(tableNames, executor, ids));
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          ("this %s database does not return texts as they were stored, so two users could be"
                  + " confused: %s. %s")
              .formatted(dialect.product(), String.join("; ", problems), dialect.textAdvice()));
    }
    if (!undone) {
      throw new IllegalArgumentException(
          "token_record keeps rows that were rolled back; the table is not transactional. Create it"
              + " with schema-%s.sql in the jar token-store-jdbc".formatted(dialect.scriptName()));
    }
  }

  /** Deletes these records, and returns whether none of them existed. */
  private static boolean deleteLeftovers(
      TableNames tableNames, SqlExecutor executor, List<TokenId> ids) throws SQLException {
    String delete = tableNames.sql("delete from ${prefix}token_record where id = ?");
    int left = 0;
    for (TokenId id : ids) {
      left += executor.update(delete, id);
    }
    return left == 0;
  }

  /** Returns the problems, each a sentence without a full stop; empty if there are none. */
  private List<String> problems() throws SQLException {
    try {
      for (String text : RoundTripTexts.ALL) {
        checkRoundTrip(
            store(text, RoundTripTexts.repeatToLength(text, TokenRecord.MAX_GROUP_LENGTH)));
      }
      checkComparison(store(RoundTripTexts.ORIGINAL, RoundTripTexts.ORIGINAL));
    } catch (SQLException e) {
      // A database that could not be reached has not rejected the text.
      if (e.getSQLState() == null || SqlErrors.isTransient(e)) {
        throw e;
      }
      problems.put(
          "",
          "token_record does not accept every text (SQLState %s, code %d)"
              .formatted(e.getSQLState(), e.getErrorCode()));
    }
    return List.copyOf(problems.values());
  }

  private TokenRecord store(String text, String group) throws SQLException {
    TokenRecord record = record(text, group);
    ids.add(record.id());
    executor.update(tableNames.sql(RecordRows.INSERT), rows.values(record));
    return record;
  }

  private TokenRecord record(String text, String group) {
    byte[] id = new byte[TokenId.LENGTH];
    random.nextBytes(id);
    String name = text.substring(0, text.offsetByCodePoints(0, 9));
    String filling = RoundTripTexts.repeatToBytes(text, TokenDetails.MAX_ATTRIBUTE_BYTES - 50);
    return TokenRecord.builder(TokenId.of(id), TokenKind.OPEN, text, Instant.EPOCH)
        // If the record were ever left behind, the sweep would delete it.
        .expiresAt(Instant.EPOCH)
        .group(group)
        .client(text)
        .binding(text)
        .details(details(text, name, filling))
        .build();
  }

  private static TokenDetails details(String text, String name, String filling) {
    ExternalId external = new ExternalId(text, text);
    return TokenDetails.NONE.toBuilder()
        .roles(Set.of(text, RoundTripTexts.repeatToBytes(text, TokenDetails.MAX_ROLE_BYTES / 2)))
        .attributes(Map.of(name, filling))
        .authenticated(Instant.EPOCH, text)
        .origin(new Origin(external, external))
        .label(RoundTripTexts.repeatToLength(name, TokenDetails.MAX_LABEL_LENGTH))
        .data(Map.of(name, filling))
        .build();
  }

  private void checkRoundTrip(TokenRecord record) throws SQLException {
    List<String> stored = texts(record);
    Optional<List<String>> read =
        executor.queryFirst(
            tableNames.sql(
                "select %s from ${prefix}token_record where id = ?"
                    .formatted(String.join(", ", COLUMNS))),
            this::texts,
            record.id());
    if (read.isEmpty()) {
      problems.putIfAbsent("", "token_record does not find a record by its id");
      return;
    }
    for (int index = 0; index < COLUMNS.size(); index++) {
      compare(COLUMNS.get(index), stored.get(index), read.get().get(index));
    }
  }

  private List<String> texts(ResultSet row) throws SQLException {
    List<String> texts = new ArrayList<>();
    for (String column : COLUMNS) {
      // Some databases return null for an empty text; none of these texts is empty.
      texts.add(rows.codec().read(row, column));
    }
    return texts;
  }

  private static List<String> texts(TokenRecord record) {
    TokenDetails details = record.details();
    Origin origin = Objects.requireNonNull(details.origin());
    return List.of(
        record.subject(),
        String.valueOf(record.group()),
        String.valueOf(record.client()),
        String.valueOf(record.binding()),
        TextListEncoding.encode(record.roles()),
        TextListEncoding.encode(record.attributes()),
        String.valueOf(details.acr()),
        Objects.requireNonNull(origin.session()).issuer(),
        Objects.requireNonNull(origin.session()).value(),
        Objects.requireNonNull(origin.account()).issuer(),
        Objects.requireNonNull(origin.account()).value(),
        String.valueOf(details.label()),
        TextListEncoding.encode(details.data()));
  }

  private void compare(String column, String stored, String read) {
    if (stored.equals(read)) {
      return;
    }
    int[] one = stored.codePoints().toArray();
    int[] other = read.codePoints().toArray();
    int index = 0;
    while (index < one.length && index < other.length && one[index] == other[index]) {
      index++;
    }
    problems.putIfAbsent(
        column,
        "token_record.%s returns %s as %s"
            .formatted(column, character(one, index), character(other, index)));
  }

  private static String character(int[] text, int index) {
    return index < text.length ? "U+%04X".formatted(text[index]) : "nothing";
  }

  private void checkComparison(TokenRecord record) throws SQLException {
    for (String column : List.of("subject", "group_name")) {
      // The text is a parameter, as in the statements of the store.
      if (countMatches(record, column, List.of(record.subject())) != 1) {
        problems.putIfAbsent(column, "token_record." + column + " is not found by its text");
      }
      if (countMatches(record, column, RoundTripTexts.SIMILAR) != 0) {
        problems.putIfAbsent(
            column,
            "token_record." + column + " has a collation that treats different texts as equal");
      }
    }
  }

  private int countMatches(TokenRecord record, String column, List<String> texts)
      throws SQLException {
    String sql =
        "select count(*) from ${prefix}token_record where id = ? and (%s)"
            .formatted(texts.stream().map(text -> column + " = ?").collect(joining(" or ")));
    List<Object> values = new ArrayList<>();
    values.add(record.id());
    texts.forEach(text -> values.add(Objects.requireNonNull(rows.codec().value(text))));
    return executor
        .queryFirst(tableNames.sql(sql), row -> row.getInt(1), values.toArray())
        .orElseThrow();
  }
}
