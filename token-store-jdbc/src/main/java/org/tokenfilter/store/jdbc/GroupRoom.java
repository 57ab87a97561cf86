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
 * The statements that enforce the limit of a group (S1): they make room for one more record if the
 * policy allows. Rows that do not exist yet cannot be locked; so each transaction that adds to a
 * limited group locks the row of the group's slot.
 */
final class GroupRoom {

  private record Member(TokenId id, @Nullable TokenId parent) {}

  /** The number of slots, as in the schema scripts. */
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
      throw new SQLException("token_group_lock has no row for slot " + slot);
    }
  }

  /** Makes room and returns the ids that were revoked for it; empty if there is no room. */
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
      // A record that another transaction revoked may have been replaced; then room is still
      // missing.
      again = locked.size() < oldest.size();
    }
    return Optional.of(evicted);
  }

  /** Returns the oldest members to revoke; none if the parent would have to be one of them. */
  private static List<TokenId> oldest(List<Member> live, @Nullable TokenId parent, Limit limit) {
    List<Member> left = new ArrayList<>(live);
    List<TokenId> oldest = new ArrayList<>();
    for (Member member : live) {
      if (left.size() < limit.most()) {
        break;
      }
      if (!Objects.equals(member.id(), parent) && left.contains(member)) {
        oldest.add(member.id());
        // Its children, which are revoked with it, may belong to this group, too.
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
