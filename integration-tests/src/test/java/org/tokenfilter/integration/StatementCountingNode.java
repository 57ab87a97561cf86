package org.tokenfilter.integration;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.tokenfilter.codec.JweTokenCodec;
import org.tokenfilter.keys.ContentEncryption;
import org.tokenfilter.keys.JwkSetFile;
import org.tokenfilter.keys.KeyRing;
import org.tokenfilter.policy.CachePolicy;
import org.tokenfilter.policy.ServiceEnvironment;
import org.tokenfilter.policy.TokenPolicy;
import org.tokenfilter.policy.TokenPolicy.Binding;
import org.tokenfilter.service.TokenService;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.jdbc.JdbcTokenStore;
import org.tokenfilter.store.tck.SettableClock;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.SessionId;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A node over PostgreSQL that counts the statements that it sends on the threads of requests and in
 * the background. Its clock moves only by {@link #advanceTime}, so that the counts hold on any
 * machine. The database records the tokens whose rows are written.
 */
final class StatementCountingNode implements AutoCloseable {

  static final Duration IDLE = Duration.ofMinutes(30);

  /** A sixtieth of the idle timeout. */
  static final Duration RENEWAL_INTERVAL = Duration.ofSeconds(30);

  private static final Duration TICK = Duration.ofSeconds(1);
  private static final Duration STEP = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final ClientAddress CLIENT = ClientAddress.parse("192.0.2.1");

  private static final String[] RECORD_WRITES = {
    "create table written (id bytea not null)",
    """
    create function note_write() returns trigger language plpgsql as $$
      begin insert into written values (new.id); return null; end $$""",
    """
    create trigger note_write after insert or update on token_record
      for each row execute function note_write()"""
  };

  private final HikariDataSource pool = PostgresServer.pool(PostgresServer.newDatabase(), 4);
  private final CountingDataSource requests = new CountingDataSource(pool);
  private final CountingDataSource background = new CountingDataSource(pool);
  private final SettableClock clock = new SettableClock();
  private final Instant startTime = clock.instant();
  private final TokenStore requestStore;
  private final TokenStore backgroundStore;
  private final TokenService service;
  private int issued;
  private int polls;
  private final List<Integer> renewalStatements = new ArrayList<>();

  StatementCountingNode(Path folder, Duration lag) throws IOException, SQLException {
    requestStore = JdbcTokenStore.builder(requests.source).createSchema(true).open();
    backgroundStore = JdbcTokenStore.builder(background.source).open();
    SecureRandom random = new SecureRandom();
    KeyRing keys =
        JwkSetFile.readOrCreate(
            folder.resolve("keys.jwks"), ContentEncryption.A256GCM, random, startTime);
    service =
        new TokenService(
            requestStore,
            backgroundStore,
            new JweTokenCodec(() -> keys, "/shop", random),
            TokenPolicy.builder()
                .sessionIdleTimeout(IDLE)
                .userIdleTimeout(IDLE)
                .openMaxLifetime(Duration.ofDays(1))
                .openUnlimited(false)
                .binding(Binding.OFF)
                .build(),
            "/shop",
            new CachePolicy(lag, null, PATIENCE),
            new ServiceEnvironment(clock, this::nanoTime, random, Runnable::run),
            List.of());
    execute(RECORD_WRITES);
    service.pollRevocations();
    resetCounts();
  }

  private long nanoTime() {
    return Duration.between(startTime, clock.instant()).toNanos();
  }

  private void execute(String... statements) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** Issues this many tokens, none of which has been used on this node. */
  List<PresentedToken> issue(int number) throws TokenRejectedException {
    List<PresentedToken> tokens = new ArrayList<>(number);
    for (int i = 0; i < number; i++) {
      Subject subject = Subject.of("user-" + issued++, "user");
      IssuedToken token = service.issueSession(subject, Duration.ZERO, CLIENT, Set.of());
      SessionId session = Objects.requireNonNull(token.sessionId());
      tokens.add(new PresentedToken(token.value(), Set.of(session.value()), CLIENT, false));
    }
    return tokens;
  }

  /** Makes a request that succeeds: validates the token and renews it, as the filter does. */
  void request(PresentedToken token) throws TokenRejectedException {
    service.renew(service.validate(token));
  }

  /** Advances the time by half a second and runs the background tasks that are due. */
  void advanceTime() {
    clock.move(STEP);
    polls++;
    service.pollRevocations();
    if (polls % (TICK.toMillis() / STEP.toMillis()) == 0) {
      int before = background.sent.get();
      service.flushRenewals();
      renewalStatements.add(background.sent.get() - before);
    }
  }

  Instant now() {
    return clock.instant();
  }

  /** Returns the number of statements, commits and rollbacks on the threads of requests. */
  int requestStatements() {
    return requests.sent.get();
  }

  /** Returns the number of background statements that wrote no renewals. */
  int pollStatements() {
    return background.sent.get() - renewalStatements.stream().mapToInt(Integer::intValue).sum();
  }

  /** Returns the number of time steps since the last reset, two for each second. */
  int polls() {
    return polls;
  }

  /** Returns, for each tick, the number of statements that wrote renewals. */
  List<Integer> renewalStatements() {
    return renewalStatements;
  }

  void resetCounts() throws SQLException {
    drainWritten();
    requests.sent.set(0);
    background.sent.set(0);
    polls = 0;
    renewalStatements.clear();
  }

  /**
   * Returns the position of the server's write-ahead log, which its other databases advance as
   * well.
   */
  long walPosition() throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint")) {
      row.next();
      return row.getLong(1);
    }
  }

  /** Returns the tokens whose rows were written since the last call, once for each write. */
  List<TokenId> drainWritten() throws SQLException {
    List<TokenId> ids = new ArrayList<>();
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("delete from written returning id")) {
      while (rows.next()) {
        ids.add(TokenId.of(rows.getBytes(1)));
      }
    }
    return ids;
  }

  @Override
  public void close() {
    service.shutdown();
    requestStore.close();
    backgroundStore.close();
    pool.close();
  }
}
