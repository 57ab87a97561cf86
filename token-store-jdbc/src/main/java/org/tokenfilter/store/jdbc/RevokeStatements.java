package org.tokenfilter.store.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.TokenId;

/**
 * The statements that revoke records and their children, in a transaction of the caller:
 *
 * <ol>
 *   <li>The first statement revokes the record, if it is not yet revoked. From then on it cannot
 *       get another child, because an insert of a child locks its parent.
 *   <li>The second statement revokes its children. It sees the children that were inserted while
 *       the first one waited.
 * </ol>
 *
 * <p>The executor writes the changes at the end of the transaction, where all nodes read them
 * (S12).
 */
final class RevokeStatements {

  private record Child(
      TokenId id, TokenId parent, @Nullable Long idleExpiresAt, @Nullable Long expiresAt) {

    static Child read(ResultSet row) throws SQLException {
      return new Child(
          RecordRows.id(row),
          Objects.requireNonNull(RecordRows.idOrNull(row, "parent")),
          row.getObject("idle_expires_at", Long.class),
          row.getObject("expires_at", Long.class));
    }

    boolean expiredBefore(long time) {
      return (idleExpiresAt != null && idleExpiresAt < time)
          || (expiresAt != null && expiresAt < time);
    }
  }

  /** Locks parents first, then by id, in the same order as renewals. */
  private static final String LOCK =
      """
      select id from ${prefix}token_record
      where id in (${ids}) and ended = 0
      order by case when parent is null then 0 else 1 end, id
      for update\
      """;

  private static final String CHILDREN =
      """
      select id, parent, idle_expires_at, expires_at from ${prefix}token_record
      where parent in (${ids}) and ended = 0\
      """
          + " and "
          + RecordRows.HAS_VALID_ID
          + " order by id for update";

  /** Sets the next visit of the sweep to the revocation or the deadline, whichever is earlier. */
  private static final String REVOKE =
      """
      update ${prefix}token_record
      set ended = 1, ended_at = ?, end_reason = ?, successor = ?,
        visit_at = least(?, coalesce(idle_expires_at, ?), coalesce(expires_at, ?))
      where id = ? and ended = 0\
      """;

  /** Selects live and expired records, the oldest first. */
  private static final String CHOOSE =
      """
      select id from ${prefix}token_record
      where ended = 0 and ${criterion}\
      """
          + " and "
          + RecordRows.HAS_VALID_ID
          + " order by issued_at, id limit ?";

  private final Map<Selection.Criterion, String> choose = new EnumMap<>(Selection.Criterion.class);
  private final TextCodec codec;
  private final String lock;
  private final String children;
  private final String revoke;

  RevokeStatements(TableNames tableNames, TextCodec codec) {
    this.codec = codec;
    for (Selection.Criterion criterion : Selection.Criterion.values()) {
      choose.put(
          criterion, tableNames.sql(CHOOSE.replace("${criterion}", SelectionSql.where(criterion))));
    }
    this.lock = tableNames.sql(LOCK);
    this.children = tableNames.sql(CHILDREN);
    this.revoke = tableNames.sql(REVOKE);
  }

  /**
   * Revokes a record and its children.
   *
   * @return the ids that were revoked, that of the record first; empty if it was already revoked,
   *     which is committed, since the statement waits for a revocation that is not
   */
  List<TokenId> revoke(SqlExecutor executor, TokenId id, Revocation revocation)
      throws SQLException {
    if (executor.update(revoke, values(id, revocation)) == 0) {
      return List.of();
    }
    Map<TokenId, Revocation> ended = Map.of(id, revocation);
    return report(executor, ended, revokeChildren(executor, ended));
  }

  /**
   * Revokes the selected records, at most {@code limit}, and their children. Repeats the selection
   * while other transactions revoke some of the chosen records, because a result below the limit
   * means that no more are left. Such a transaction may have replaced a record, and the next
   * selection then sees the successor.
   */
  List<TokenId> revokeAll(
      SqlExecutor executor, Selection selection, Revocation revocation, int limit)
      throws SQLException {
    List<TokenId> ended = new ArrayList<>();
    int left = limit;
    boolean again = true;
    while (again && left > 0) {
      List<TokenId> chosen = choose(executor, selection, left);
      List<TokenId> locked = lock(executor, chosen);
      Map<TokenId, Revocation> endings = new LinkedHashMap<>();
      locked.forEach(id -> endings.put(id, revocation));
      ended.addAll(revokeLocked(executor, endings));
      left -= locked.size();
      again = locked.size() < chosen.size();
    }
    return ended;
  }

  private List<TokenId> choose(SqlExecutor executor, Selection selection, int limit)
      throws SQLException {
    return executor
        .query(
            Objects.requireNonNull(choose.get(selection.by())),
            RecordRows::id,
            DetailRows.with(
                SelectionSql.values(selection, codec), (long) limit + selection.except().size()))
        .stream()
        .filter(id -> !selection.except().contains(id))
        .limit(limit)
        .toList();
  }

  /** Locks those of these records that are not revoked, and returns their ids. */
  List<TokenId> lock(SqlExecutor executor, Collection<TokenId> ids) throws SQLException {
    return InList.query(executor, lock, RecordRows::id, ids.stream().sorted().toList());
  }

  /**
   * Revokes records that are locked and not revoked, and their children.
   *
   * @return the ids of the records, then those of their children
   */
  List<TokenId> revokeLocked(SqlExecutor executor, Map<TokenId, Revocation> locked)
      throws SQLException {
    update(executor, locked);
    return report(executor, locked, revokeChildren(executor, locked));
  }

  /**
   * Revokes records that are locked and expired before this time, and their children. Each node
   * detects expiry by itself; so only those children are reported that would have lived longer.
   *
   * @return the ids of the records, then those of their children
   */
  List<TokenId> expireLocked(SqlExecutor executor, Map<TokenId, Revocation> locked, Instant before)
      throws SQLException {
    update(executor, locked);
    List<Child> children = revokeChildren(executor, locked);
    long time = before.toEpochMilli();
    children.stream()
        .filter(child -> !child.expiredBefore(time))
        .forEach(child -> executor.report(Change.revoked(child.id(), RevocationReason.EXPIRED)));
    return parentsAndChildren(locked.keySet(), children);
  }

  private List<Child> revokeChildren(SqlExecutor executor, Map<TokenId, Revocation> parents)
      throws SQLException {
    List<Child> children = InList.query(executor, this.children, Child::read, parents.keySet());
    Map<TokenId, Revocation> ended = new LinkedHashMap<>();
    for (Child child : children) {
      Revocation parent = Objects.requireNonNull(parents.get(child.parent()));
      ended.put(child.id(), Revocation.of(parent.reason(), parent.at()));
    }
    update(executor, ended);
    return children;
  }

  private static List<TokenId> report(
      SqlExecutor executor, Map<TokenId, Revocation> parents, List<Child> children) {
    parents.forEach((id, revocation) -> executor.report(Change.revoked(id, revocation.reason())));
    for (Child child : children) {
      RevocationReason reason = Objects.requireNonNull(parents.get(child.parent())).reason();
      executor.report(Change.revoked(child.id(), reason));
    }
    return parentsAndChildren(parents.keySet(), children);
  }

  private static List<TokenId> parentsAndChildren(
      Collection<TokenId> parents, List<Child> children) {
    List<TokenId> ids = new ArrayList<>(parents);
    children.forEach(child -> ids.add(child.id()));
    return ids;
  }

  private void update(SqlExecutor executor, Map<TokenId, Revocation> endings) throws SQLException {
    List<@Nullable Object[]> rows = new ArrayList<>();
    endings.forEach((id, revocation) -> rows.add(values(id, revocation)));
    executor.batch(revoke, rows);
  }

  private static @Nullable Object[] values(TokenId id, Revocation revocation) {
    Long at = RecordRows.millis(revocation.at());
    return new @Nullable Object[] {
      at, RowNumbers.of(revocation.reason()), revocation.successor(), at, at, at, id
    };
  }
}
