package org.tokenfilter.store.jdbc;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.TokenId;

/** The statements that write renewals, in the most efficient form for each database. */
interface Renewals {

  /** Returns whether any number of renewals is one statement, which needs no transaction. */
  boolean isSingleStatement();

  /**
   * Renews the live records.
   *
   * @param renewals the renewals, each id once, sorted by id
   * @return the ids that were renewed
   */
  Set<TokenId> renew(SqlExecutor executor, List<Renewal> renewals, Instant now) throws SQLException;

  /** Returns the statements for this database. */
  static Renewals of(Dialect dialect, TableNames tableNames) {
    return switch (dialect) {
      case POSTGRESQL -> new ArrayRenewals(tableNames);
      case MARIADB, MYSQL -> new JoinedRenewals(tableNames);
      case H2 -> new BatchedRenewals(tableNames);
    };
  }
}
