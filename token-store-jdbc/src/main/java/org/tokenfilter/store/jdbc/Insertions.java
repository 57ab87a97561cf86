package org.tokenfilter.store.jdbc;

import static org.tokenfilter.store.Insertion.Outcome.GROUP_FULL;
import static org.tokenfilter.store.Insertion.Outcome.INSERTED;
import static org.tokenfilter.store.Insertion.Outcome.PARENT_ENDED;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.tokenfilter.store.DuplicateTokenException;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Insertion;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;

/**
 * The statements that store new records. For a limited group they lock its slot, lock the parent
 * against revocation, make room in the group, and store the record, all in one transaction.
 */
final class Insertions {

  private static final String FIND =
      "select " + RecordRows.COLUMNS + " from ${prefix}token_record where id = ? ";

  private final String insert;
  private final String find;
  private final String lockParent;
  private final String lockRecord;
  private final GroupRoom room;
  private final Endings endings;

  Insertions(Tables tables, Dialect dialect, Endings endings) {
    this.insert = tables.sql(RecordRows.INSERT);
    this.find = tables.sql(FIND);
    this.lockParent = tables.sql(FIND + dialect.shareLock());
    this.lockRecord = tables.sql(FIND + "for update");
    this.room = new GroupRoom(tables, endings);
    this.endings = endings;
  }

  /** Returns whether the single statement of {@link #add} suffices. */
  static boolean isPlain(TokenRecord record, Limit limit) {
    return record.parent() == null && !GroupRoom.isLimited(record, limit);
  }

  void add(Session session, TokenRecord record) throws SQLException {
    try {
      session.update(insert, RecordRows.values(record));
    } catch (SQLException e) {
      if (Failures.duplicate(e)) {
        throw new DuplicateTokenException(record.id());
      }
      throw e;
    }
  }

  Insertion insert(Session session, TokenRecord record, Limit limit, Instant now)
      throws SQLException {
    if (GroupRoom.isLimited(record, limit)) {
      room.lock(session, record);
    }
    TokenId parent = record.parent();
    if (parent != null && !mayHaveChildren(session, parent, record, now)) {
      return refused(session, record, PARENT_ENDED);
    }
    Optional<List<TokenId>> evicted = room.make(session, record, limit, now);
    if (evicted.isEmpty()) {
      return refused(session, record, GROUP_FULL);
    }
    add(session, record);
    return new Insertion(INSERTED, evicted.get());
  }

  boolean replace(Session session, TokenId id, TokenRecord successor, Instant now)
      throws SQLException {
    Optional<TokenRecord> replaced = session.first(lockRecord, RecordRows::read, id);
    if (replaced.isEmpty() || !replaced.get().liveAt(now)) {
      endings.makeKnown(session, id);
      return false;
    }
    if (!Objects.equals(replaced.get().group(), successor.group())) {
      throw new IllegalArgumentException(
          "a successor must be in the same group as its predecessor");
    }
    add(session, successor);
    endings.end(session, id, new Ending(now, Reason.REPLACED, successor.id()));
    return true;
  }

  private boolean mayHaveChildren(Session session, TokenId id, TokenRecord child, Instant now)
      throws SQLException {
    Optional<TokenRecord> parent = session.first(lockParent, RecordRows::read, id);
    if (parent.isPresent() && parent.get().parent() != null) {
      requireNew(session, child);
      throw new IllegalArgumentException("a parent must not have a parent itself");
    }
    return parent.isPresent() && parent.get().liveAt(now);
  }

  /** Rejects the record; a duplicate id takes precedence over any other reason. */
  private Insertion refused(Session session, TokenRecord record, Insertion.Outcome outcome)
      throws SQLException {
    requireNew(session, record);
    session.undo();
    return Insertion.of(outcome);
  }

  private void requireNew(Session session, TokenRecord record) throws SQLException {
    if (session.first(find, RecordRows::id, record.id()).isPresent()) {
      throw new DuplicateTokenException(record.id());
    }
  }
}
