package org.tokenfilter.store.jdbc;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.TokenId;

/** Keeps uses, each database in the way that costs it least. */
interface Renewals {

  /** Whether any number of renewals is one statement, which needs no transaction around it. */
  boolean single();

  /**
   * Renews what is live.
   *
   * @param renewals each id once, in the order of the ids
   * @return the ids that were renewed
   */
  Set<TokenId> renew(Session session, List<Renewal> renewals, Instant now) throws SQLException;

  /** The way of this database. */
  static Renewals of(Dialect dialect, Tables tables) {
    return switch (dialect) {
      case POSTGRESQL -> new ArrayRenewals(tables);
      case MARIADB, MYSQL -> new JoinedRenewals(tables);
      case H2 -> new BatchedRenewals(tables);
    };
  }
}
