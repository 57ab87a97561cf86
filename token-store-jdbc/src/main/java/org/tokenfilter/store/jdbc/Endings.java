package org.tokenfilter.store.jdbc;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Ending;
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

  private record Child(TokenId id, TokenId parent) {}

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
      select id, parent from ${prefix}token_record
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
  private final EndLog log;

  Endings(Tables tables, EndLog log) {
    this.choose = tables.sql(CHOOSE);
    this.lock = tables.sql(LOCK);
    this.children = tables.sql(CHILDREN);
    this.end = tables.sql(END);
    this.log = log;
  }

  /** Answers the ended ids, the record's first; none if it had ended before. */
  List<TokenId> end(Session session, TokenId id, Ending ending) throws SQLException {
    if (session.update(end, values(id, ending)) == 0) {
      return List.of();
    }
    return endChildren(session, Map.of(id, ending));
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
    return ended;
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
    return endChildren(session, locked);
  }

  private List<TokenId> endChildren(Session session, Map<TokenId, Ending> parents)
      throws SQLException {
    Map<TokenId, Ending> ended = new LinkedHashMap<>();
    for (Child child :
        InList.query(
            session,
            children,
            row ->
                new Child(
                    RecordRows.id(row), Objects.requireNonNull(RecordRows.idOrNull(row, "parent"))),
            parents.keySet())) {
      Ending parent = Objects.requireNonNull(parents.get(child.parent()));
      ended.put(child.id(), Ending.of(parent.reason(), parent.at()));
    }
    update(session, ended);
    List<TokenId> ids = new ArrayList<>(parents.keySet());
    ids.addAll(ended.keySet());
    log.add(session, ids);
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
