package org.tokenfilter.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Makes room in a group for one more record, where its limit allows that (S1). */
final class GroupLimits {

  private final RecordTable records;

  GroupLimits(RecordTable records) {
    this.records = records;
  }

  /** The ids that ended to make room; empty if there is no room, and then none did. */
  Optional<List<TokenId>> makeRoom(TokenRecord record, Limit limit, Instant now) {
    String group = record.group();
    if (group == null || limit.equals(Limit.NONE)) {
      return Optional.of(List.of());
    }
    List<TokenRecord> live = records.liveInGroup(group, now);
    if (live.size() < limit.most()) {
      return Optional.of(List.of());
    }
    List<TokenId> others =
        live.stream()
            .map(TokenRecord::id)
            .filter(id -> !Objects.equals(id, record.parent()))
            .toList();
    int spared = live.size() - others.size();
    if (limit.policy() == Limit.Policy.REJECT || spared >= limit.most()) {
      return Optional.empty();
    }
    List<TokenId> evicted = new ArrayList<>();
    for (TokenId oldest : others) {
      // Counted anew each time: the children of one that went may have been of this group, too.
      if (records.liveInGroup(group, now).size() < limit.most()) {
        break;
      }
      evicted.addAll(records.end(oldest, Ending.of(Reason.EVICTED, now)));
    }
    return Optional.of(evicted);
  }
}
