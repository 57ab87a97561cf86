package org.tokenfilter.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The enforcement of group limits (S1). Not thread-safe. */
final class GroupLimitEnforcer {

  private final RecordTable records;

  GroupLimitEnforcer(RecordTable records) {
    this.records = records;
  }

  /**
   * Makes room for a record in its group, by evicting older records if the limit allows that.
   *
   * @return the ids that were evicted, children included; empty if the group is full, in which case
   *     nothing was evicted
   */
  Optional<List<TokenId>> makeRoom(TokenRecord record, Limit limit, Instant now) {
    if (limit.max() == Integer.MAX_VALUE) {
      return Optional.of(List.of());
    }
    List<TokenRecord> live = records.liveInGroupOf(record, now);
    if (live.size() < limit.max()) {
      return Optional.of(List.of());
    }
    List<TokenId> others =
        live.stream()
            .map(TokenRecord::id)
            .filter(id -> !Objects.equals(id, record.parent()))
            .toList();
    int spared = live.size() - others.size();
    if (limit.policy() == Limit.Policy.REJECT || spared >= limit.max()) {
      return Optional.empty();
    }
    List<TokenId> evicted = new ArrayList<>();
    for (TokenId oldest : others) {
      // Count again each time: children of an evicted record may have been in this group, too.
      if (records.liveInGroupOf(record, now).size() < limit.max()) {
        break;
      }
      evicted.addAll(records.revoke(oldest, Revocation.of(RevocationReason.EVICTED, now)));
    }
    return Optional.of(evicted);
  }
}
