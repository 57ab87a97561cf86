package org.tokenfilter.store.jdbc;

import static org.tokenfilter.store.InsertResult.Outcome.GROUP_FULL;
import static org.tokenfilter.store.InsertResult.Outcome.INSERTED;
import static org.tokenfilter.store.InsertResult.Outcome.PARENT_ENDED;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.tokenfilter.store.DuplicateTokenException;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.StoreArguments;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;

/**
 * The statements that store new records. For a limited group they lock its slot, lock the parent
 * against revocation, make room in the group, and store the record, all in one transaction.
 */
final class InsertStatements {

  private static final String FIND =
      "select " + RecordRows.COLUMNS + " from ${prefix}token_record where id = ? ";

  private final RecordRows rows;
  private final String insert;
  private final String find;
  private final String lockParent;
  private final String lockRecord;
  private final GroupLimit groupLimit;
  private final RevokeStatements revokeStatements;

  InsertStatements(
      TableNames tableNames, Dialect dialect, RecordRows rows, RevokeStatements revokeStatements) {
    this.rows = rows;
    this.insert = tableNames.sql(RecordRows.INSERT);
    this.find = tableNames.sql(FIND);
    this.lockParent = tableNames.sql(FIND + dialect.shareLock());
    this.lockRecord = tableNames.sql(FIND + "for update");
    this.groupLimit = new GroupLimit(tableNames, rows.codec(), revokeStatements);
    this.revokeStatements = revokeStatements;
  }

  /** Returns whether the single statement of {@link #insertRow} suffices. */
  static boolean isSingleStatement(TokenRecord record, Limit limit) {
    return record.parent() == null && !GroupLimit.isLimited(record, limit);
  }

  void insertRow(SqlExecutor executor, TokenRecord record) throws SQLException {
    try {
      executor.update(insert, rows.values(record));
    } catch (SQLException e) {
      if (SqlErrors.isDuplicateKey(e)) {
        throw new DuplicateTokenException(record.id());
      }
      throw e;
    }
  }

  InsertResult insert(SqlExecutor executor, TokenRecord record, Limit limit, Instant now)
      throws SQLException {
    if (GroupLimit.isLimited(record, limit)) {
      groupLimit.lock(executor, record);
    }
    TokenId parent = record.parent();
    if (parent != null && !mayHaveChildren(executor, parent, record, now)) {
      return reject(executor, record, PARENT_ENDED);
    }
    Optional<List<TokenId>> evicted = groupLimit.makeRoom(executor, record, limit, now);
    if (evicted.isEmpty()) {
      return reject(executor, record, GROUP_FULL);
    }
    insertRow(executor, record);
    return new InsertResult(INSERTED, evicted.get());
  }

  boolean replace(
      SqlExecutor executor,
      TokenId id,
      long version,
      TokenRecord successor,
      Limit limit,
      Instant now)
      throws SQLException {
    if (GroupLimit.isLimited(successor, limit)) {
      groupLimit.lock(executor, successor);
    }
    Optional<TokenRecord> found = executor.queryFirst(lockRecord, rows::read, id);
    if (found.isEmpty() || !found.get().liveAt(now)) {
      return false;
    }
    TokenRecord replaced = found.get();
    StoreArguments.requireSuccessorOf(replaced, successor);
    // The replaced record is one of its group.
    if (replaced.version() != version
        || groupLimit.countLive(executor, successor, limit, now) > limit.max()) {
      executor.setRollbackOnly();
      return false;
    }
    insertRow(executor, successor);
    revokeStatements.revoke(
        executor, id, new Revocation(now, RevocationReason.REPLACED, successor.id()));
    return true;
  }

  private boolean mayHaveChildren(SqlExecutor executor, TokenId id, TokenRecord child, Instant now)
      throws SQLException {
    Optional<TokenRecord> parent = executor.queryFirst(lockParent, rows::read, id);
    if (parent.isPresent()
        && (parent.get().parent() != null || !parent.get().subject().equals(child.subject()))) {
      requireUnusedId(executor, child);
      throw new IllegalArgumentException(
          "a parent must have the same subject and must not have a parent itself");
    }
    return parent.isPresent() && parent.get().liveAt(now);
  }

  /** Rejects the record; a duplicate id takes precedence over any other reason. */
  private InsertResult reject(
      SqlExecutor executor, TokenRecord record, InsertResult.Outcome outcome) throws SQLException {
    requireUnusedId(executor, record);
    executor.setRollbackOnly();
    return InsertResult.of(outcome);
  }

  private void requireUnusedId(SqlExecutor executor, TokenRecord record) throws SQLException {
    if (executor.queryFirst(find, RecordRows::id, record.id()).isPresent()) {
      throw new DuplicateTokenException(record.id());
    }
  }
}
