package org.tokenfilter.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.tokenfilter.integration.TwoNodes.CLIENT;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.service.TokenService;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.jdbc.JdbcTokenStore;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Two nodes, and a PostgreSQL whose synchronous standby is unavailable: a commit waits for it
 * longer than any node looks back for revocations. The first call fails with an unknown outcome;
 * the second one reports that the token has been revoked, which holds on both nodes.
 */
class HeldCommitOnTwoNodesTest {

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /**
   * The store's timeout, with which revocations are listed for less than ten seconds after they
   * were written.
   */
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  private static final int LOOKBACK_SECONDS = 12;
  private static final int CONNECTIONS = 3;

  @TempDir private Path folder;

  /** A call that revokes a token, and is made twice. */
  private interface RevocationCall {
    void revoke(TokenService node, IssuedToken token) throws TokenRejectedException;
  }

  private record RevocationCase(String name, IssuedToken token, RevocationCall call) {}

  @Test
  void tokenRevokedOnRetryIsRefusedOnBothNodes() throws Exception {
    try (RestartablePostgres server = new RestartablePostgres();
        HikariDataSource pool = pool(server);
        HikariDataSource otherPool = pool(server);
        TokenStore store = open(pool);
        TokenStore otherStore = open(otherPool);
        TokenSecurity first = node(store);
        TokenSecurity second = node(otherStore);
        Connection admin = server.connect("postgres")) {
      TokenService node = first.service();
      TokenService other = second.service();
      List<RevocationCase> endings =
          List.of(
              new RevocationCase(
                  "closed", issue(node, "a"), (at, token) -> at.revoke(token.record().id())),
              new RevocationCase(
                  "revoked", issue(node, "b"), (at, token) -> at.revoke(token.value())),
              new RevocationCase("all", issue(node, "c"), (at, token) -> at.revokeAll("c")));
      for (RevocationCase revocation : endings) {
        other.validate(presented(revocation.token()));
      }

      execute(admin, "alter system set synchronous_standby_names = 'nobody'");
      execute(admin, "select pg_reload_conf()");
      await().atMost(PATIENCE).until(() -> standbySetting(admin).equals("nobody"));
      ExecutorService callers = Executors.newCachedThreadPool();
      try {
        List<Future<?>> calls = new ArrayList<>();
        for (RevocationCase revocation : endings) {
          calls.add(
              callers.submit(
                  () -> {
                    revocation.call().revoke(node, revocation.token());
                    return null;
                  }));
        }
        for (Future<?> call : calls) {
          assertThat(call)
              .failsWithin(PATIENCE)
              .withThrowableThat()
              .withCauseInstanceOf(TokenStoreException.class);
        }
        await()
            .atMost(PATIENCE)
            .until(() -> countHeldCommits(admin, LOOKBACK_SECONDS) >= endings.size());
        for (RevocationCase revocation : endings) {
          assertThat(rejection(other, revocation.token())).as("before its commit").isNull();
        }
        execute(admin, "alter system reset synchronous_standby_names");
        execute(admin, "select pg_reload_conf()");
        await().atMost(PATIENCE).until(() -> countHeldCommits(admin, 0) == 0);
      } finally {
        callers.shutdownNow();
      }

      for (RevocationCase revocation : endings) {
        int accepted = 0;
        if (rejection(other, revocation.token()) == null) {
          accepted++;
        }
        long asked = System.nanoTime();
        try {
          revocation.call().revoke(node, revocation.token());
        } catch (TokenRejectedException dead) {
          assertThat(dead.rejection()).isEqualTo(Rejection.CLOSED);
        }
        await()
            .atMost(PATIENCE)
            .pollInterval(Duration.ofMillis(20))
            .untilAsserted(
                () ->
                    assertThat(rejection(other, revocation.token()))
                        .as(revocation.name())
                        .isEqualTo(Rejection.CLOSED));
        Measurements.append(
            "a commit held back for more than %d s, %s: accepted elsewhere before it was asked for"
                + " once more: %d; refused %d ms after that call began",
            LOOKBACK_SECONDS,
            revocation.name(),
            accepted,
            TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - asked));
      }
    }
  }

  private static IssuedToken issue(TokenService node, String subject)
      throws TokenRejectedException {
    return node.issueOpen(Subject.of(subject, "user"), Duration.ofHours(1), CLIENT);
  }

  private static @Nullable Rejection rejection(TokenService node, IssuedToken token) {
    try {
      node.validate(presented(token));
      return null;
    } catch (TokenRejectedException refused) {
      return refused.rejection();
    }
  }

  private static PresentedToken presented(IssuedToken token) {
    return new PresentedToken(token.value(), Set.of(), CLIENT, false);
  }

  private TokenSecurity node(TokenStore store) {
    return TokenSecurity.builder()
        .store(store)
        .setting("token.audience", "/shop")
        .setting("token.store.timeout", TIMEOUT.toString())
        .setting("token.keys.file", folder.resolve("keys.jwks").toString())
        .setting("token.keys.generate", "true")
        .build();
  }

  private static TokenStore open(HikariDataSource pool) {
    return JdbcTokenStore.builder(pool).createSchema(true).timeout(TIMEOUT).open();
  }

  private static HikariDataSource pool(RestartablePostgres server) {
    return PostgresServer.pool(
        RestartablePostgres.url(server.port(), "postgres") + "?user=postgres", CONNECTIONS);
  }

  private static void execute(Connection admin, String sql) throws SQLException {
    try (Statement statement = admin.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String standbySetting(Connection admin) throws SQLException {
    try (Statement statement = admin.createStatement();
        ResultSet row = statement.executeQuery("show synchronous_standby_names")) {
      row.next();
      return row.getString(1);
    }
  }

  /** Returns the number of commits that have been waiting for the standby for this long. */
  private static int countHeldCommits(Connection admin, int seconds) throws SQLException {
    try (Statement statement = admin.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select count(*) from pg_stat_activity where wait_event = 'SyncRep'"
                    + " and clock_timestamp() - xact_start >= interval '"
                    + seconds
                    + " s'")) {
      row.next();
      return row.getInt(1);
    }
  }
}
