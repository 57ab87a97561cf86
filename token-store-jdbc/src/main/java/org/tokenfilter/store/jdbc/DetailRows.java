package org.tokenfilter.store.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Confirmation;
import org.tokenfilter.store.ExternalId;
import org.tokenfilter.store.Origin;
import org.tokenfilter.store.TokenDetails;

/**
 * The mapping of a record's details to columns and back. Nulls stand for the version 0 and for no
 * data, which most records have.
 */
final class DetailRows {

  /** The columns, in the order of {@link #values}. */
  static final List<String> COLUMNS =
      List.of(
          "version",
          "roles",
          "attributes",
          "confirmation_method",
          "confirmation",
          "authenticated_at",
          "acr",
          "external_session_issuer",
          "external_session",
          "external_session_hash",
          "external_account_issuer",
          "external_account",
          "external_account_hash",
          "label",
          "data");

  private final TextCodec codec;

  DetailRows(TextCodec codec) {
    this.codec = codec;
  }

  /** Returns the hash of an external id for its index. */
  static int hash(ExternalId id) {
    return TextHash.of(id.issuer() + '\0' + id.value());
  }

  @Nullable Object[] values(TokenDetails details) {
    Confirmation confirmation = details.confirmation();
    Origin origin = details.origin();
    ExternalId session = origin == null ? null : origin.session();
    ExternalId account = origin == null ? null : origin.account();
    return new @Nullable Object[] {
      details.version() == 0 ? null : details.version(),
      codec.value(TextListEncoding.encode(details.roles())),
      codec.value(TextListEncoding.encode(details.attributes())),
      confirmation == null ? null : RowNumbers.of(confirmation.method()),
      confirmation == null ? null : codec.value(confirmation.value()),
      RecordRows.millis(details.authenticatedAt()),
      codec.value(details.acr()),
      session == null ? null : codec.value(session.issuer()),
      session == null ? null : codec.value(session.value()),
      session == null ? null : hash(session),
      account == null ? null : codec.value(account.issuer()),
      account == null ? null : codec.value(account.value()),
      account == null ? null : hash(account),
      codec.value(details.label()),
      details.data().isEmpty() ? null : codec.value(TextListEncoding.encode(details.data()))
    };
  }

  TokenDetails read(ResultSet row) throws SQLException {
    ExternalId session = external(row, "external_session");
    ExternalId account = external(row, "external_account");
    return new TokenDetails(
        row.getLong("version"),
        roles(row),
        map(row, "attributes"),
        confirmation(row),
        RecordRows.timeOrNull(row, "authenticated_at"),
        codec.readOrNull(row, "acr"),
        session == null && account == null ? null : new Origin(session, account),
        codec.readOrNull(row, "label"),
        map(row, "data"));
  }

  private Set<String> roles(ResultSet row) throws SQLException {
    String lines = codec.read(row, "roles");
    return lines.isEmpty()
        ? TokenDetails.NONE.roles()
        : new LinkedHashSet<>(TextListEncoding.decodeList(lines));
  }

  private Map<String, String> map(ResultSet row, String column) throws SQLException {
    String lines = codec.read(row, column);
    return lines.isEmpty() ? TokenDetails.NONE.data() : TextListEncoding.decodeMap(lines);
  }

  private @Nullable Confirmation confirmation(ResultSet row) throws SQLException {
    int method = row.getInt("confirmation_method");
    return row.wasNull()
        ? null
        : new Confirmation(RowNumbers.method(method), codec.read(row, "confirmation"));
  }

  /** Returns an external id; its issuer without its value, or the other way, is unreadable. */
  private @Nullable ExternalId external(ResultSet row, String column) throws SQLException {
    String issuer = codec.readOrNull(row, column + "_issuer");
    String value = codec.readOrNull(row, column);
    return issuer == null && value == null
        ? null
        : new ExternalId(issuer == null ? "" : issuer, value == null ? "" : value);
  }

  /** Returns an SQL list of the columns, each followed by the given text. */
  static String list(String suffix) {
    return String.join(", ", COLUMNS.stream().map(column -> column + suffix).toList());
  }

  /** Returns an array with more values at its end. */
  static @Nullable Object[] with(@Nullable Object[] values, @Nullable Object... more) {
    @Nullable Object[] all = Arrays.copyOf(values, values.length + more.length);
    System.arraycopy(more, 0, all, values.length, more.length);
    return all;
  }
}
