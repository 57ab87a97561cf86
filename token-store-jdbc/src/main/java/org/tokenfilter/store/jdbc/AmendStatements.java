package org.tokenfilter.store.jdbc;

import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.AmendResult;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenId;

/**
 * The statements that replace the details of a record (S19). One guarded update decides; it leaves
 * the columns alone that renewals move.
 */
final class AmendStatements {

  private static final String AMEND =
      """
      update ${prefix}token_record
      set ${details}
      where id = ? and coalesce(version, 0) = ? and ${live}\
      """
          .replace("${details}", DetailRows.list(" = ?"))
          .replace("${live}", RecordRows.LIVE);

  private static final String IS_LIVE =
      "select id from ${prefix}token_record where id = ? and " + RecordRows.LIVE;

  private final String amend;
  private final String isLive;
  private final DetailRows details;

  AmendStatements(TableNames tableNames, DetailRows details) {
    this.amend = tableNames.sql(AMEND);
    this.isLive = tableNames.sql(IS_LIVE);
    this.details = details;
  }

  AmendResult amend(
      SqlExecutor executor, TokenId id, long expectedVersion, TokenDetails amended, Instant now)
      throws SQLException {
    Long time = RecordRows.millis(now);
    @Nullable Object[] values =
        DetailRows.with(details.values(amended), id, expectedVersion, time, time);
    if (executor.update(amend, values) > 0) {
      executor.report(Change.amended(id, amended.version()));
      return AmendResult.AMENDED;
    }
    return executor.queryFirst(isLive, RecordRows::id, id, time, time).isPresent()
        ? AmendResult.STALE
        : AmendResult.ENDED;
  }
}
