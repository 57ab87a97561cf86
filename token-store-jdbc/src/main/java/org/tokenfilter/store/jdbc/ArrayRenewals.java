package org.tokenfilter.store.jdbc;

import java.sql.SQLException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.TokenId;

/**
 * Renewals for PostgreSQL: one statement, which takes the renewals as arrays. It locks the records
 * first, parents before children and then by id, in the same order as revocations, and renews the
 * locked ones. The casts are for drivers that send values without their types.
 */
final class ArrayRenewals implements Renewals {

  private static final String RENEW =
      """
      with renewed as (
        select r.id, g.used_at, g.idle_expires_at
        from unnest(?::bytea[], ?::bigint[], ?::bigint[]) as g (id, used_at, idle_expires_at)
        join ${prefix}token_record r on r.id = g.id
        where r.ended = 0
          and (r.idle_expires_at is null or r.idle_expires_at > ?)
          and (r.expires_at is null or r.expires_at > ?)
        order by case when r.parent is null then 0 else 1 end, r.id
        for update of r
      )
      update ${prefix}token_record r
      set last_used_at = greatest(r.last_used_at, renewed.used_at),
        idle_expires_at = case
          when r.idle_expires_at < renewed.idle_expires_at then renewed.idle_expires_at
          else r.idle_expires_at end
      from renewed
      where r.id = renewed.id
      returning r.id\
      """;

  private final String renew;

  ArrayRenewals(TableNames tableNames) {
    this.renew = tableNames.sql(RENEW);
  }

  @Override
  public boolean isSingleStatement() {
    return true;
  }

  @Override
  public Set<TokenId> renew(SqlExecutor executor, List<Renewal> renewals, Instant now)
      throws SQLException {
    int size = renewals.size();
    @Nullable Object[] ids = new byte[size][];
    @Nullable Object[] uses = new Long[size];
    @Nullable Object[] deadlines = new Long[size];
    for (int index = 0; index < size; index++) {
      Renewal renewal = renewals.get(index);
      ids[index] = renewal.id().bytes();
      uses[index] = RecordRows.millis(renewal.usedAt());
      deadlines[index] = RecordRows.millis(renewal.idleExpiresAt());
    }
    Long time = RecordRows.millis(now);
    return new HashSet<>(
        executor.query(
            renew,
            RecordRows::id,
            executor.createArray("bytea", ids),
            executor.createArray("bigint", uses),
            executor.createArray("bigint", deadlines),
            time,
            time));
  }
}
