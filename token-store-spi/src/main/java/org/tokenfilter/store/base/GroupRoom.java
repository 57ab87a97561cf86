package org.tokenfilter.store.base;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;

/** The enforcement of group limits (S1), within one transaction. Used by one thread. */
final class GroupRoom {

  private final StoreTransaction transaction;

  GroupRoom(StoreTransaction transaction) {
    this.transaction = transaction;
  }

  /** Returns the live records of a record's group, the oldest first; none if it has no group. */
  List<RecordRow> live(TokenRecord record, Instant now) throws Exception {
    return record.group() == null
        ? List.of()
        : transaction
            .records()
            .linked(RowKeys.ofGroup(record.subject(), record.group()), row -> row.liveAt(now));
  }

  /**
   * Makes room for a record in its group, by evicting older records if the limit allows that.
   *
   * @return the ids that were evicted, children included; empty if the group is full, in which case
   *     nothing was evicted
   */
  Optional<List<TokenId>> makeRoom(TokenRecord record, Limit limit, Instant now) throws Exception {
    List<RecordRow> live = limit.equals(Limit.NONE) ? List.of() : live(record, now);
    if (live.size() < limit.max()) {
      return Optional.of(List.of());
    }
    List<TokenId> others =
        live.stream()
            .map(RecordRow::id)
            .filter(id -> !Objects.equals(id, record.parent()))
            .toList();
    int spared = live.size() - others.size();
    if (limit.policy() == Limit.Policy.REJECT || spared >= limit.max()) {
      return Optional.empty();
    }
    List<TokenId> evicted = new ArrayList<>();
    for (TokenId oldest : others) {
      // Count again each time: children of an evicted record may have been in this group, too.
      if (live(record, now).size() < limit.max()) {
        break;
      }
      evicted.addAll(transaction.revoke(oldest, Revocation.of(RevocationReason.EVICTED, now)));
    }
    return Optional.of(evicted);
  }
}
