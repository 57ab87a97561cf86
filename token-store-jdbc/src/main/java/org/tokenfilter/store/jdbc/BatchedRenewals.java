package org.tokenfilter.store.jdbc;

import java.sql.SQLException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.TokenId;

/** Renewals for H2: a batch of guarded updates, whose row counts are the result. */
final class BatchedRenewals implements Renewals {

  private static final String RENEW =
      """
      update ${prefix}token_record
      set last_used_at = greatest(last_used_at, ?),
        idle_expires_at = case when idle_expires_at < ? then ? else idle_expires_at end
      where id = ? and ${live}""";

  private final String renew;

  BatchedRenewals(TableNames tableNames) {
    this.renew = tableNames.sql(RENEW.replace("${live}", RecordRows.LIVE));
  }

  @Override
  public boolean isSingleStatement() {
    return false;
  }

  @Override
  public Set<TokenId> renew(SqlExecutor executor, List<Renewal> renewals, Instant now)
      throws SQLException {
    Long time = RecordRows.millis(now);
    int[] changed =
        executor.batch(renew, renewals.stream().map(renewal -> values(renewal, time)).toList());
    Set<TokenId> renewed = new HashSet<>();
    for (int index = 0; index < changed.length; index++) {
      if (changed[index] == 1) {
        renewed.add(renewals.get(index).id());
      }
    }
    return renewed;
  }

  private static @Nullable Object[] values(Renewal renewal, @Nullable Long time) {
    Long idle = RecordRows.millis(renewal.idleExpiresAt());
    return new @Nullable Object[] {
      RecordRows.millis(renewal.usedAt()), idle, idle, renewal.id(), time, time
    };
  }
}
