package org.tokenfilter.store.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Reason;
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
 *   <li>The revocations are added to the log.
 * </ol>
 */
final class Endings {

  private record Child(TokenId id, TokenId parent, @Nullable Long idleUntil, @Nullable Long until) {

    static Child read(ResultSet row) throws SQLException {
      return new Child(
          RecordRows.id(row),
          Objects.requireNonNull(RecordRows.idOrNull(row, "parent")),
          row.getObject("idle_expires_at", Long.class),
          row.getObject("expires_at", Long.class));
    }

    boolean expiredBefore(long time) {
      return (idleUntil != null && idleUntil < time) || (until != null && until < time);
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
          + RecordRows.IS_ID
          + " order by id for update";

  /** Sets the next visit of the sweep to the revocation or the deadline, whichever is earlier. */
  private static final String END =
      """
      update ${prefix}token_record
      set ended = 1, ended_at = ?, end_reason = ?, successor = ?,
        visit_at = least(?, coalesce(idle_expires_at, ?), coalesce(expires_at, ?))
      where id = ? and ended = 0\
      """;

  private static final String ENDED_BEFORE =
      """
      select id from ${prefix}token_record where id = ? and ended = 1
      union all
      select id from ${prefix}token_record where parent = ? and ended = 1\
      """
          + " and "
          + RecordRows.IS_ID;

  /**
   * Excludes expired records, which are not reported because each node detects expiry by itself.
   */
  private static final String ALL_ENDED_BEFORE =
      """
      select id from ${prefix}token_record
      where subject_hash = ? and subject = ? and ended = 1 and end_reason <> ?\
      """
          + " and "
          + RecordRows.IS_ID;

  /** Selects live and expired records, the oldest first. */
  private static final String CHOOSE =
      """
      select id from ${prefix}token_record
      where subject_hash = ? and subject = ? and ended = 0 and issued_at <= ?\
      """
          + " and "
          + RecordRows.IS_ID
          + " order by issued_at, id limit ?";

  /** The largest clock lead of another node with which {@link #endAll} still sees its logins. */
  private static final Duration CLOCK_SKEW = Duration.ofSeconds(60);

  private final String choose;
  private final String lock;
  private final String children;
  private final String end;
  private final String endedBefore;
  private final String allEndedBefore;
  private final EndLog log;

  Endings(Tables tables, EndLog log) {
    this.choose = tables.sql(CHOOSE);
    this.lock = tables.sql(LOCK);
    this.children = tables.sql(CHILDREN);
    this.end = tables.sql(END);
    this.endedBefore = tables.sql(ENDED_BEFORE);
    this.allEndedBefore = tables.sql(ALL_ENDED_BEFORE);
    this.log = log;
  }

  /**
   * Revokes a record and its children.
   *
   * @return the ids that were revoked, that of the record first; empty if it was already revoked,
   *     in which case that revocation is reported to all nodes again
   */
  List<TokenId> end(Session session, TokenId id, Ending ending) throws SQLException {
    if (session.update(end, values(id, ending)) == 0) {
      makeKnown(session, id);
      return List.of();
    }
    Map<TokenId, Ending> ended = Map.of(id, ending);
    List<TokenId> ids = logged(session, ended.keySet(), endChildren(session, ended));
    // Children that were revoked before, because the caller relies on their revocation, too.
    makeKnown(session, id, new HashSet<>(ids));
    return ids;
  }

  /**
   * Ensures that all nodes can read the revocation of a record and of its children from the log, if
   * it is revoked.
   */
  void makeKnown(Session session, TokenId id) throws SQLException {
    makeKnown(session, id, Set.of());
  }

  private void makeKnown(Session session, TokenId id, Set<TokenId> known) throws SQLException {
    List<TokenId> ended = session.query(endedBefore, RecordRows::id, id, id);
    log.addAgain(session, ended.stream().filter(one -> !known.contains(one)).toList());
  }

  /**
   * Revokes the selected records, at most {@code limit}, and their children. Repeats the selection
   * while other transactions revoke some of the chosen records, because a result below the limit
   * means that no more are left.
   */
  List<TokenId> endAll(Session session, Selection selection, Ending ending, int limit)
      throws SQLException {
    List<TokenId> ended = new ArrayList<>();
    int left = limit;
    boolean again = true;
    while (again && left > 0) {
      List<TokenId> chosen = choose(session, selection, ending.at().plus(CLOCK_SKEW), left);
      List<TokenId> locked = lock(session, chosen);
      Map<TokenId, Ending> endings = new LinkedHashMap<>();
      locked.forEach(id -> endings.put(id, ending));
      ended.addAll(endLocked(session, endings));
      left -= locked.size();
      again = locked.size() < chosen.size();
    }
    if (left > 0) {
      makeAllKnown(session, selection.subject(), new HashSet<>(ended));
    }
    return ended;
  }

  private void makeAllKnown(Session session, String subject, Set<TokenId> ended)
      throws SQLException {
    List<TokenId> before =
        session.query(
            allEndedBefore,
            RecordRows::id,
            TextHash.of(subject),
            subject,
            RecordRows.number(Reason.EXPIRED));
    log.addAgain(session, before.stream().filter(id -> !ended.contains(id)).toList());
  }

  private List<TokenId> choose(Session session, Selection selection, Instant issuedUntil, int limit)
      throws SQLException {
    return session
        .query(
            choose,
            RecordRows::id,
            TextHash.of(selection.subject()),
            selection.subject(),
            RecordRows.millis(issuedUntil),
            (long) limit + selection.except().size())
        .stream()
        .filter(id -> !selection.except().contains(id))
        .limit(limit)
        .toList();
  }

  /** Locks those of these records that are not revoked, and returns their ids. */
  List<TokenId> lock(Session session, Collection<TokenId> ids) throws SQLException {
    return InList.query(session, lock, RecordRows::id, ids.stream().sorted().toList());
  }

  /**
   * Revokes records that are locked and not revoked, and their children.
   *
   * @return the ids of the records, then those of their children
   */
  List<TokenId> endLocked(Session session, Map<TokenId, Ending> locked) throws SQLException {
    update(session, locked);
    return logged(session, locked.keySet(), endChildren(session, locked));
  }

  /**
   * Revokes records that are locked and expired before this time, and their children. Each node
   * detects expiry by itself; so the log gets only the children that would have lived longer.
   *
   * @return the ids of the records, then those of their children
   */
  List<TokenId> expireLocked(Session session, Map<TokenId, Ending> locked, Instant before)
      throws SQLException {
    update(session, locked);
    List<Child> children = endChildren(session, locked);
    long time = before.toEpochMilli();
    log.add(
        session,
        children.stream().filter(child -> !child.expiredBefore(time)).map(Child::id).toList());
    return family(locked.keySet(), children);
  }

  private List<Child> endChildren(Session session, Map<TokenId, Ending> parents)
      throws SQLException {
    List<Child> children = InList.query(session, this.children, Child::read, parents.keySet());
    Map<TokenId, Ending> ended = new LinkedHashMap<>();
    for (Child child : children) {
      Ending parent = Objects.requireNonNull(parents.get(child.parent()));
      ended.put(child.id(), Ending.of(parent.reason(), parent.at()));
    }
    update(session, ended);
    return children;
  }

  private List<TokenId> logged(Session session, Collection<TokenId> parents, List<Child> children)
      throws SQLException {
    List<TokenId> ids = family(parents, children);
    log.add(session, ids);
    return ids;
  }

  private static List<TokenId> family(Collection<TokenId> parents, List<Child> children) {
    List<TokenId> ids = new ArrayList<>(parents);
    children.forEach(child -> ids.add(child.id()));
    return ids;
  }

  private void update(Session session, Map<TokenId, Ending> endings) throws SQLException {
    List<@Nullable Object[]> rows = new ArrayList<>();
    endings.forEach((id, ending) -> rows.add(values(id, ending)));
    session.batch(end, rows);
  }

  private static @Nullable Object[] values(TokenId id, Ending ending) {
    Long at = RecordRows.millis(ending.at());
    return new @Nullable Object[] {
      at, RecordRows.number(ending.reason()), ending.successor(), at, at, at, id
    };
  }
}
