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
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;

/**
 * Shows by trial that texts come back exactly, and that no two are taken for one: records full of
 * {@link TrialTexts} are stored, read and looked for as any others. Whatever the driver, its URL,
 * the pool, the server, the database or a column does to a text, it does here. It is undone.
 */
final class TextTrial {

  private static final List<String> COLUMNS =
      List.of("subject", "group_name", "client", "binding", "roles", "attributes");

  private final Tables tables;
  private final Session session;
  private final SecureRandom random = new SecureRandom();
  private final List<TokenId> ids;

  /** The first problem of each column. */
  private final Map<String, String> problems = new LinkedHashMap<>();

  private TextTrial(Tables tables, Session session, List<TokenId> ids) {
    this.tables = tables;
    this.session = session;
    this.ids = ids;
  }

  /**
   * Refuses a database that changes texts, or whose tables take part in no transaction.
   *
   * @throws IllegalArgumentException if it does; says what happens to texts, and what to do
   */
  static void require(Transactions transactions, Dialect dialect, Tables tables) {
    List<TokenId> ids = new ArrayList<>();
    List<String> problems =
        transactions.together(
            session -> {
              session.undo();
              return new TextTrial(tables, session, ids).problems();
            });
    boolean undone = transactions.single(session -> areGone(tables, session, ids));
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          "this %s database does not give texts back as they were stored, so that two users could become one: %s. %s"
              .formatted(dialect.product(), String.join("; ", problems), dialect.textAdvice()));
    }
    if (!undone) {
      throw new IllegalArgumentException(
          "token_record keeps what was rolled back: it is not a table with transactions. Make it"
              + " as schema-%s.sql in the jar token-store-jdbc does"
                  .formatted(dialect.scriptName()));
    }
  }

  /** Whether none of these records is there. Those that are, are taken away. */
  private static boolean areGone(Tables tables, Session session, List<TokenId> ids)
      throws SQLException {
    String delete = tables.sql("delete from ${prefix}token_record where id = ?");
    int left = 0;
    for (TokenId id : ids) {
      left += session.update(delete, id);
    }
    return left == 0;
  }

  /** What happens to texts, each a sentence without a full stop; empty if nothing does. */
  private List<String> problems() throws SQLException {
    try {
      for (String text : TrialTexts.ALL) {
        giveBack(store(text, TrialTexts.repeated(text, TokenRecord.MAX_GROUP_LENGTH)));
      }
      tellApart(store(TrialTexts.ORIGINAL, TrialTexts.ORIGINAL));
    } catch (SQLException e) {
      // A database that could not be asked has not refused the text.
      if (e.getSQLState() == null || Failures.passing(e)) {
        throw e;
      }
      problems.put(
          "",
          "token_record does not take every text (SQLState %s, code %d)"
              .formatted(e.getSQLState(), e.getErrorCode()));
    }
    return List.copyOf(problems.values());
  }

  private TokenRecord store(String text, String group) throws SQLException {
    TokenRecord record = record(text, group);
    ids.add(record.id());
    session.update(tables.sql(RecordRows.INSERT), RecordRows.values(record));
    return record;
  }

  private TokenRecord record(String text, String group) {
    byte[] id = new byte[TokenId.LENGTH];
    random.nextBytes(id);
    String name = text.substring(0, text.offsetByCodePoints(0, 9));
    String filling = TrialTexts.filling(text, TokenRecord.MAX_ATTRIBUTE_BYTES - 50);
    return TokenRecord.builder(TokenId.of(id), TokenKind.OPEN, text, Instant.EPOCH)
        // Were it ever left behind, the sweep would find it.
        .expiresAt(Instant.EPOCH)
        .roles(Set.of(text, TrialTexts.filling(text, TokenRecord.MAX_ROLE_BYTES / 2)))
        .group(group)
        .client(text)
        .binding(text)
        .attributes(Map.of(name, filling))
        .build();
  }

  private void giveBack(TokenRecord record) throws SQLException {
    List<String> stored = texts(record);
    Optional<List<String>> read =
        session.first(
            tables.sql(
                "select %s from ${prefix}token_record where id = ?"
                    .formatted(String.join(", ", COLUMNS))),
            TextTrial::texts,
            record.id());
    if (read.isEmpty()) {
      problems.putIfAbsent("", "token_record does not find a record by its id");
      return;
    }
    for (int index = 0; index < COLUMNS.size(); index++) {
      compare(COLUMNS.get(index), stored.get(index), read.get().get(index));
    }
  }

  private static List<String> texts(ResultSet row) throws SQLException {
    List<String> texts = new ArrayList<>();
    for (String column : COLUMNS) {
      // Some databases take an empty text for none; none of these is empty.
      texts.add(Objects.requireNonNullElse(row.getString(column), ""));
    }
    return texts;
  }

  private static List<String> texts(TokenRecord record) {
    return List.of(
        record.subject(),
        String.valueOf(record.group()),
        String.valueOf(record.client()),
        String.valueOf(record.binding()),
        Lines.of(record.roles()),
        Lines.of(record.attributes()));
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
        "token_record.%s gives %s back as %s"
            .formatted(column, character(one, index), character(other, index)));
  }

  private static String character(int[] text, int index) {
    return index < text.length ? "U+%04X".formatted(text[index]) : "nothing";
  }

  private void tellApart(TokenRecord record) throws SQLException {
    for (String column : List.of("subject", "group_name")) {
      // As in the statements of the store: the text is a parameter.
      if (found(record, column, List.of(record.subject())) != 1) {
        problems.putIfAbsent(column, "token_record." + column + " is not found by its text");
      }
      if (found(record, column, TrialTexts.ALIKE) != 0) {
        problems.putIfAbsent(
            column,
            "token_record." + column + " has a collation that takes different texts for one");
      }
    }
  }

  private int found(TokenRecord record, String column, List<String> texts) throws SQLException {
    String sql =
        "select count(*) from ${prefix}token_record where id = ? and (%s)"
            .formatted(texts.stream().map(text -> column + " = ?").collect(joining(" or ")));
    List<Object> values = new ArrayList<>();
    values.add(record.id());
    values.addAll(texts);
    return session.first(tables.sql(sql), row -> row.getInt(1), values.toArray()).orElseThrow();
  }
}
