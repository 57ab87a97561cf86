package com.example.databasestore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;

/**
 * The frame of a store over a database, with one command. A real store implements the other
 * methods.
 */
public abstract class DatabaseTokenStore implements TokenStore {

  private static final String REVOKE_RECORD =
      """
      update token
         set ended_at = ?, reason = ?, successor = ?, visit_at = ?
       where id = ? and ended_at is null
      """;

  private static final String LOCK_CHILDREN =
      "select id from token where parent = ? and ended_at is null order by id for update";

  private static final String INSERT_REVOCATION =
      "insert into token_end (id, told_at) values (?, clock_timestamp())";

  /**
   * A write gives up before its commit after this time: polls for revocations look back further
   * (S12).
   */
  private static final Duration LATEST_COMMIT = Duration.ofSeconds(5);

  private final DataSource dataSource;
  private final Duration timeout;

  /** The data source is the application's: this store does not close it (S14). */
  protected DatabaseTokenStore(DataSource dataSource, Duration timeout) {
    this.dataSource = dataSource;
    this.timeout = timeout;
  }

  /** A step that runs in one transaction. */
  @FunctionalInterface
  protected interface Work<T> {
    /** Runs the step. If it throws, nothing has changed. */
    T run(Connection connection) throws SQLException;
  }

  @Override
  public List<TokenId> revoke(TokenId id, Revocation revocation) {
    return inTransaction(
        connection -> {
          // The record first: this waits for insertions of children, which hold a lock on it.
          if (!revokeOne(connection, id, revocation)) {
            return List.of();
          }
          // A second statement: it sees the children of those insertions.
          List<TokenId> revoked = new ArrayList<>(List.of(id));
          for (TokenId child : lockChildren(connection, id)) {
            revokeOne(connection, child, Revocation.of(revocation.reason(), revocation.at()));
            revoked.add(child);
          }
          return revoked;
        });
  }

  /** Runs a step; throws if its outcome is unknown (S16). */
  protected <T> T inTransaction(Work<T> work) {
    long start = System.nanoTime();
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
      try {
        T answer = work.run(connection);
        if (System.nanoTime() - start > LATEST_COMMIT.toNanos()) {
          throw new TokenStoreException("a write took too long and was rolled back", null, true);
        }
        connection.commit();
        return answer;
      } finally {
        // After a commit there is nothing to roll back; after anything else there is.
        connection.rollback();
      }
    } catch (SQLException e) {
      throw new TokenStoreException("the database call failed", e, retryable(e));
    }
  }

  private boolean revokeOne(Connection connection, TokenId id, Revocation revocation)
      throws SQLException {
    long at = revocation.at().toEpochMilli();
    try (PreparedStatement update = prepare(connection, REVOKE_RECORD)) {
      update.setLong(1, at);
      update.setString(2, revocation.reason().name());
      update.setBytes(3, bytes(revocation.successor()));
      update.setLong(4, at);
      update.setBytes(5, id.bytes());
      if (update.executeUpdate() == 0) {
        return false;
      }
    }
    try (PreparedStatement insert = prepare(connection, INSERT_REVOCATION)) {
      insert.setBytes(1, id.bytes());
      insert.executeUpdate();
      return true;
    }
  }

  private List<TokenId> lockChildren(Connection connection, TokenId parent) throws SQLException {
    List<TokenId> children = new ArrayList<>();
    try (PreparedStatement select = prepare(connection, LOCK_CHILDREN)) {
      select.setBytes(1, parent.bytes());
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          children.add(TokenId.of(rows.getBytes(1)));
        }
      }
    }
    return children;
  }

  /** Each statement is bounded in time; the driver's connect and socket timeouts bound the rest. */
  private PreparedStatement prepare(Connection connection, String sql) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    statement.setQueryTimeout((int) Math.max(1, timeout.toSeconds()));
    return statement;
  }

  private static boolean retryable(SQLException e) {
    String state = e.getSQLState();
    return e instanceof SQLTransientException
        || e instanceof SQLRecoverableException
        || (state != null && (state.startsWith("08") || state.startsWith("40")));
  }

  private static byte @Nullable [] bytes(@Nullable TokenId id) {
    return id == null ? null : id.bytes();
  }
}
