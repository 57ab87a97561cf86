package org.tokenfilter.store.jdbc;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.ExternalId;
import org.tokenfilter.store.Selection;

/** The conditions that select records (S10); the hashes lead to the indexes. */
final class SelectionSql {

  private static final String SUBJECT = "subject_hash = ? and subject = ?";

  private SelectionSql() {}

  /** Returns a condition that takes {@link #values} as parameters. */
  static String where(Selection.Criterion criterion) {
    return switch (criterion) {
      case SUBJECT -> SUBJECT;
      case GROUP -> SUBJECT + " and group_hash = ? and group_name = ?";
      case EXTERNAL_SESSION -> external("external_session");
      case EXTERNAL_ACCOUNT -> external("external_account");
    };
  }

  private static String external(String column) {
    return "%1$s_hash = ? and %1$s_issuer = ? and %1$s = ?".formatted(column);
  }

  static @Nullable Object[] values(Selection selection, TextCodec codec) {
    ExternalId external = selection.external();
    if (external != null) {
      return new @Nullable Object[] {
        DetailRows.hash(external), codec.value(external.issuer()), codec.value(external.value())
      };
    }
    String subject = Objects.requireNonNull(selection.subject());
    @Nullable Object[] values = {TextHash.of(subject), codec.value(subject)};
    String group = selection.group();
    return group == null ? values : DetailRows.with(values, TextHash.of(group), codec.value(group));
  }
}
