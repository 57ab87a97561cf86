package org.tokenfilter.store.jdbc;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.TokenId;

/**
 * Renewals for MariaDB and MySQL. For chunks of some hundreds, they lock the live records in the
 * order of their ids and then update them by a join with the new times.
 */
final class JoinedRenewals implements Renewals {

  private static final String LOCK =
      """
      select id from ${prefix}token_record
      where id in (${ids}) and ${live}
      order by id
      for update""";

  /** Scans the few new times, not the records. */
  private static final String RENEW =
      """
      update (${times}) renewed
      straight_join ${prefix}token_record r on r.id = renewed.id
      set r.last_used_at = greatest(r.last_used_at, renewed.used_at),
        r.idle_expires_at = case
          when r.idle_expires_at < renewed.idle_expires_at then renewed.idle_expires_at
          else r.idle_expires_at end""";

  private static final String FIRST_TIME =
      "select cast(? as binary(32)) as id, cast(? as signed) as used_at,"
          + " cast(? as signed) as idle_expires_at";

  private static final String TIME = " union all select ?, ?, ?";

  private final String lock;
  private final String renew;

  JoinedRenewals(TableNames tableNames) {
    this.lock = tableNames.sql(LOCK.replace("${live}", RecordRows.LIVE));
    this.renew = tableNames.sql(RENEW);
  }

  @Override
  public boolean isSingleStatement() {
    return false;
  }

  @Override
  public Set<TokenId> renew(SqlExecutor executor, List<Renewal> renewals, Instant now)
      throws SQLException {
    Long time = RecordRows.millis(now);
    Set<TokenId> renewed = new HashSet<>();
    for (List<Renewal> portion : InList.chunks(renewals)) {
      List<TokenId> ids = portion.stream().map(Renewal::id).toList();
      Set<TokenId> live =
          new HashSet<>(InList.query(executor, lock, RecordRows::id, ids, time, time));
      update(executor, portion.stream().filter(one -> live.contains(one.id())).toList());
      renewed.addAll(live);
    }
    return renewed;
  }

  private void update(SqlExecutor executor, List<Renewal> live) throws SQLException {
    if (live.isEmpty()) {
      return;
    }
    List<@Nullable Object> values = new ArrayList<>();
    for (Renewal renewal : live) {
      values.add(renewal.id());
      values.add(RecordRows.millis(renewal.usedAt()));
      values.add(RecordRows.millis(renewal.idleExpiresAt()));
    }
    String times = FIRST_TIME + String.join("", Collections.nCopies(live.size() - 1, TIME));
    executor.update(renew.replace("${times}", times), values.toArray(new @Nullable Object[0]));
  }
}
