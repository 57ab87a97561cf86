package org.tokenfilter.store.base;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenId;

/**
 * A sweep (S13), within one transaction: it reads only rows whose visit is due. Used by one thread.
 */
final class SweepStep {

  private final StoreTransaction transaction;
  private final RecordRows records;

  SweepStep(StoreTransaction transaction) {
    this.transaction = transaction;
    this.records = transaction.records();
  }

  SweepResult sweep(Instant expiredBefore, Instant deadBefore, int limit) throws Exception {
    transaction.marks().forget(deadBefore, limit);
    List<TokenId> expired = new ArrayList<>();
    int visited = 0;
    List<RecordRow> live = due(RowKeys.LIVE_VISIT, expiredBefore, limit);
    while (!live.isEmpty()) {
      for (RecordRow row : live) {
        visited += expire(row.id(), expiredBefore, expired);
      }
      live = due(RowKeys.LIVE_VISIT, expiredBefore, limit - visited);
    }
    List<RecordRow> dead = due(RowKeys.DEAD_VISIT, deadBefore, limit - visited);
    for (RecordRow row : dead) {
      records.delete(row);
    }
    boolean more =
        !due(RowKeys.LIVE_VISIT, expiredBefore, 1).isEmpty()
            || !due(RowKeys.DEAD_VISIT, deadBefore, 1).isEmpty();
    return new SweepResult(expired, dead.size(), more);
  }

  private List<RecordRow> due(String kind, Instant before, int limit) throws Exception {
    return records.some(kind, RowKeys.before(kind, before), limit, row -> true);
  }

  /**
   * Revokes a due record, or sets its visit to its new deadline if it was renewed. Each node
   * detects expiry by itself, so the log receives only children that would have lived longer.
   *
   * @return the number of visits: none if the record was revoked just now, with its parent
   */
  private int expire(TokenId id, Instant expiredBefore, List<TokenId> expired) throws Exception {
    RecordRow row = Objects.requireNonNull(records.get(id));
    if (row.revoked()) {
      return 0;
    }
    Instant deadline = row.deadline();
    if (deadline == null || !isDue(deadline, expiredBefore)) {
      records.change(row, row.visitAt(deadline));
      return 1;
    }
    // Revoked as of its deadline, from which it was unusable, and not as of the sweep.
    List<RecordRow> ended =
        transaction.revokeFamily(id, Revocation.of(RevocationReason.EXPIRED, deadline));
    List<TokenId> others =
        ended.stream()
            .filter(former -> !isDue(former.deadline(), expiredBefore))
            .map(RecordRow::id)
            .toList();
    transaction
        .changes()
        .add(others.stream().map(it -> Change.revoked(it, RevocationReason.EXPIRED)).toList());
    ended.forEach(former -> expired.add(former.id()));
    return 1;
  }

  private static boolean isDue(@Nullable Instant deadline, Instant expiredBefore) {
    return deadline != null && deadline.isBefore(expiredBefore);
  }
}
