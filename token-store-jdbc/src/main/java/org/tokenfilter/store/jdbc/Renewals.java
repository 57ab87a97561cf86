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
  boolean single();

  /**
   * Renews the live records.
   *
   * @param renewals the renewals, each id once, sorted by id
   * @return the ids that were renewed
   */
  Set<TokenId> renew(Session session, List<Renewal> renewals, Instant now) throws SQLException;

  /** Returns the statements for this database. */
  static Renewals of(Dialect dialect, Tables tables) {
    return switch (dialect) {
      case POSTGRESQL -> new ArrayRenewals(tables);
      case MARIADB, MYSQL -> new JoinedRenewals(tables);
      case H2 -> new BatchedRenewals(tables);
    };
  }
}
