package org.tokenfilter.integration;

import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.jdbc.JdbcTokenStoreProvider;

/**
 * A separate process that changes a store, reports as soon as the store has acknowledged the
 * change, and waits to be killed.
 */
final class KilledProcess {

  /** The line that the process prints. */
  static final String ACKNOWLEDGED = "acknowledged";

  private KilledProcess() {}

  /**
   * Changes the store. Arguments: the JDBC URL, the user name and the change: insert, end or
   * replace.
   */
  public static void main(String[] args) throws InterruptedException {
    TokenStore store =
        new JdbcTokenStoreProvider()
            .open(
                Map.of(
                    "url", args[0],
                    "username", args[1],
                    "schema", "create",
                    "timeout", "PT5S",
                    "retention", "PT1H"));
    Instant now = Instant.now();
    for (byte i = 1; i <= 5; i++) {
      store.insert(Records.open(i, now), Limit.NONE, now);
    }
    switch (args[2]) {
      case "insert" -> store.insert(Records.open((byte) 9, now), Limit.NONE, now);
      case "end" -> store.revoke(Records.id((byte) 3), Revocation.of(RevocationReason.CLOSED, now));
      case "replace" ->
          store.replace(Records.id((byte) 3), 0, Records.open((byte) 9, now), Limit.NONE, now);
      default -> throw new IllegalArgumentException(args[2]);
    }
    System.out.println(ACKNOWLEDGED);
    System.out.flush();
    new CountDownLatch(1).await();
  }
}
