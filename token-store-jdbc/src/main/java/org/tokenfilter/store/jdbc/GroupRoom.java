package org.tokenfilter.store.jdbc;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;

/**
 * Makes room in a group for one more record, where its limit allows that (S1). Rows that are not
 * there yet cannot be locked, so whoever adds to a limited group holds the row of its slot.
 */
final class GroupRoom {

  private record Member(TokenId id, @Nullable TokenId parent) {}

  /** As many as the schema scripts put into the table. */
  static final int SLOTS = 256;

  private final String lock;
  private final String members;
  private final Endings endings;

  GroupRoom(Tables tables, Endings endings) {
    this.lock = tables.sql("select slot from ${prefix}token_group_lock where slot = ? for update");
    this.members =
        tables.sql(
            """
            select id, parent from ${prefix}token_record
            where group_hash = ? and group_name = ? and ${id} and ${live}
            order by issued_at, id\
            """
                .replace("${live}", RecordRows.LIVE)
                .replace("${id}", RecordRows.IS_ID));
    this.endings = endings;
  }

  static boolean isLimited(TokenRecord record, Limit limit) {
    return record.group() != null && !limit.equals(Limit.NONE);
  }

  void lock(Session session, TokenRecord record) throws SQLException {
    int slot = Math.floorMod(Objects.hashCode(record.group()), SLOTS);
    if (session.first(lock, row -> row.getInt("slot"), slot).isEmpty()) {
      throw new SQLException("token_group_lock has no slot " + slot);
    }
  }

  /** The ids that ended to make room; empty if there is no room. */
  Optional<List<TokenId>> make(Session session, TokenRecord record, Limit limit, Instant now)
      throws SQLException {
    List<TokenId> evicted = new ArrayList<>();
    boolean again = isLimited(record, limit);
    while (again) {
      List<Member> live = members(session, record, now);
      if (live.size() < limit.most()) {
        break;
      }
      List<TokenId> oldest = oldest(live, record.parent(), limit);
      if (limit.policy() == Limit.Policy.REJECT || oldest.isEmpty()) {
        return Optional.empty();
      }
      List<TokenId> locked = endings.lock(session, oldest);
      Map<TokenId, Ending> ends = new LinkedHashMap<>();
      locked.forEach(id -> ends.put(id, Ending.of(Reason.EVICTED, now)));
      evicted.addAll(endings.endLocked(session, ends));
      // One that somebody else has ended may have been replaced, and then there is no more room.
      again = locked.size() < oldest.size();
    }
    return Optional.of(evicted);
  }

  /** As many of the oldest as it takes; none where that would take the parent. */
  private static List<TokenId> oldest(List<Member> live, @Nullable TokenId parent, Limit limit) {
    List<Member> left = new ArrayList<>(live);
    List<TokenId> oldest = new ArrayList<>();
    for (Member member : live) {
      if (left.size() < limit.most()) {
        break;
      }
      if (!Objects.equals(member.id(), parent) && left.contains(member)) {
        oldest.add(member.id());
        // Its children, which end with it, may be of this group, too.
        left.removeIf(one -> one.equals(member) || Objects.equals(member.id(), one.parent()));
      }
    }
    return left.size() < limit.most() ? oldest : List.of();
  }

  private List<Member> members(Session session, TokenRecord record, Instant now)
      throws SQLException {
    String group = Objects.requireNonNull(record.group());
    Long time = RecordRows.millis(now);
    return session.query(
        members,
        row -> new Member(RecordRows.id(row), RecordRows.parentOrNone(row)),
        TextHash.of(group),
        group,
        time,
        time);
  }
}
