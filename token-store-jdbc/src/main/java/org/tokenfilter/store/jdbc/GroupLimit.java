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
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;

/**
 * The statements that enforce the limit of a group (S1): they make room for one more record if the
 * policy allows. Rows that do not exist yet cannot be locked; so each transaction that adds to a
 * limited group locks the row of the group's slot. Records are of one group if their subjects and
 * groups are equal.
 */
final class GroupLimit {

  private record Member(TokenId id, @Nullable TokenId parent) {}

  /** The number of slots, as in the schema scripts. */
  static final int SLOTS = 256;

  private final TextCodec codec;
  private final String lock;
  private final String members;
  private final RevokeStatements revokeStatements;

  GroupLimit(TableNames tableNames, TextCodec codec, RevokeStatements revokeStatements) {
    this.codec = codec;
    this.lock =
        tableNames.sql("select slot from ${prefix}token_group_lock where slot = ? for update");
    this.members =
        tableNames.sql(
            """
            select id, parent from ${prefix}token_record
            where group_hash = ? and subject_hash = ? and group_name = ? and subject = ?
              and ${id} and ${live}
            order by issued_at, id\
            """
                .replace("${live}", RecordRows.LIVE)
                .replace("${id}", RecordRows.HAS_VALID_ID));
    this.revokeStatements = revokeStatements;
  }

  static boolean isLimited(TokenRecord record, Limit limit) {
    return record.group() != null && !limit.equals(Limit.NONE);
  }

  void lock(SqlExecutor executor, TokenRecord record) throws SQLException {
    int slot = Math.floorMod(Objects.hash(record.subject(), record.group()), SLOTS);
    if (executor.queryFirst(lock, row -> row.getInt("slot"), slot).isEmpty()) {
      throw new SQLException("token_group_lock has no row for slot " + slot);
    }
  }

  /** Returns the number of live records of the group; 0 if it is not limited. */
  int countLive(SqlExecutor executor, TokenRecord record, Limit limit, Instant now)
      throws SQLException {
    return isLimited(record, limit) ? members(executor, record, now).size() : 0;
  }

  /** Makes room and returns the ids that were revoked for it; empty if there is no room. */
  Optional<List<TokenId>> makeRoom(
      SqlExecutor executor, TokenRecord record, Limit limit, Instant now) throws SQLException {
    List<TokenId> evicted = new ArrayList<>();
    boolean again = isLimited(record, limit);
    while (again) {
      List<Member> live = members(executor, record, now);
      if (live.size() < limit.max()) {
        break;
      }
      List<TokenId> oldest = oldest(live, record.parent(), limit);
      if (limit.policy() == Limit.Policy.REJECT || oldest.isEmpty()) {
        return Optional.empty();
      }
      List<TokenId> locked = revokeStatements.lock(executor, oldest);
      Map<TokenId, Revocation> ends = new LinkedHashMap<>();
      locked.forEach(id -> ends.put(id, Revocation.of(RevocationReason.EVICTED, now)));
      evicted.addAll(revokeStatements.revokeLocked(executor, ends));
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
      if (left.size() < limit.max()) {
        break;
      }
      if (!Objects.equals(member.id(), parent) && left.contains(member)) {
        oldest.add(member.id());
        // Its children, which are revoked with it, may belong to this group, too.
        left.removeIf(one -> one.equals(member) || Objects.equals(member.id(), one.parent()));
      }
    }
    return left.size() < limit.max() ? oldest : List.of();
  }

  private List<Member> members(SqlExecutor executor, TokenRecord record, Instant now)
      throws SQLException {
    String group = Objects.requireNonNull(record.group());
    Long time = RecordRows.millis(now);
    return executor.query(
        members,
        row -> new Member(RecordRows.id(row), RecordRows.parentOrNull(row)),
        TextHash.of(group),
        TextHash.of(record.subject()),
        codec.value(group),
        codec.value(record.subject()),
        time,
        time);
  }
}
