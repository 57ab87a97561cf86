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
 * Ends records and their children, in a transaction of the caller:
 *
 * <ol>
 *   <li>the record, if nobody has ended it before; now nobody can give it another child, since they
 *       hold it while they do;
 *   <li>in a second statement, which sees the children that came while the first one waited, its
 *       children;
 *   <li>the log of ends.
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

  /** Parents first, then by id: the order in which renewals lock. */
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

  /** The sweep looks at it from its death on: the end or the deadline, whichever came first. */
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

  /** What has expired is not told of: every node judges that by itself. */
  private static final String ALL_ENDED_BEFORE =
      """
      select id from ${prefix}token_record
      where subject_hash = ? and subject = ? and ended = 1 and end_reason <> ?\
      """
          + " and "
          + RecordRows.IS_ID;

  /** Live or not, the oldest first. */
  private static final String CHOOSE =
      """
      select id from ${prefix}token_record
      where subject_hash = ? and subject = ? and ended = 0 and issued_at <= ?\
      """
          + " and "
          + RecordRows.IS_ID
          + " order by issued_at, id limit ?";

  /** How far a node's clock may be ahead without its log-ins being missed by {@link #endAll}. */
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
   * Answers the ended ids, the record's first; none if it had ended before, and then everybody is
   * told of that end.
   */
  List<TokenId> end(Session session, TokenId id, Ending ending) throws SQLException {
    if (session.update(end, values(id, ending)) == 0) {
      makeKnown(session, id);
      return List.of();
    }
    Map<TokenId, Ending> ended = Map.of(id, ending);
    List<TokenId> ids = logged(session, ended.keySet(), endChildren(session, ended));
    // Children that had ended before: who is told of this end relies on theirs, too.
    makeKnown(session, id, new HashSet<>(ids));
    return ids;
  }

  /**
   * Makes sure that everybody is told of the end of a record and of its children, if it has ended.
   */
  void makeKnown(Session session, TokenId id) throws SQLException {
    makeKnown(session, id, Set.of());
  }

  private void makeKnown(Session session, TokenId id, Set<TokenId> known) throws SQLException {
    List<TokenId> ended = session.query(endedBefore, RecordRows::id, id, id);
    log.addAgain(session, ended.stream().filter(one -> !known.contains(one)).toList());
  }

  /** Goes on while somebody else ended some of the chosen ones: fewer would mean "that was all". */
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

  /** Those of these records that have not ended, locked; nobody else will end them. */
  List<TokenId> lock(Session session, Collection<TokenId> ids) throws SQLException {
    return InList.query(session, lock, RecordRows::id, ids.stream().sorted().toList());
  }

  /** Ends records that are locked and have not ended; answers their ids, then their children's. */
  List<TokenId> endLocked(Session session, Map<TokenId, Ending> locked) throws SQLException {
    update(session, locked);
    return logged(session, locked.keySet(), endChildren(session, locked));
  }

  /**
   * Ends records likewise that have expired before this time. Every node judges by itself what has
   * expired, so of these ends only those of children are told that would have lived longer.
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
