package org.tokenfilter.benchmark.end;

import java.nio.file.Path;
import java.time.Duration;
import org.tokenfilter.benchmark.database.PostgresDatabase;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.service.TokenService;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.jdbc.JdbcTokenStore;

/** A node with a separate store over the shared database. */
final class RevocationNode implements AutoCloseable {

  private final TokenStore store;
  private final TokenSecurity security;

  /**
   * Starts the node.
   *
   * @param folder the folder of the keys
   * @param lag the {@code token.revocation.lag}
   * @param listen whether nodes notify each other of revocations at once
   */
  RevocationNode(PostgresDatabase database, Path folder, Duration lag, boolean listen) {
    store = JdbcTokenStore.builder(database.source()).createSchema(true).listen(listen).open();
    security =
        TokenSecurity.builder()
            .setting("token.keys.file", folder.resolve("keys.jwks").toAbsolutePath().toString())
            .setting("token.keys.generate", "true")
            .setting("token.revocation.lag", lag.toString())
            .store(store)
            .build();
  }

  TokenService service() {
    return security.service();
  }

  @Override
  public void close() {
    security.close();
    store.close();
  }
}
