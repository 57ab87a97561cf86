package org.tokenfilter.benchmark.micro;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.tokenfilter.benchmark.database.Database;
import org.tokenfilter.benchmark.database.H2Database;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.jdbc.JdbcTokenStore;

/** The operations of a store on one token among 10,000. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls open first, and gives the parameter.
public class StoreBenchmark {

  private static final int TOKENS = 10_000;
  private static final Duration IDLE = Duration.ofMinutes(30);
  private static final Duration LIFE = Duration.ofDays(7);
  private static final String MEMORY = "memory";

  /** The kind of store. */
  @Param({MEMORY, "H2 file"})
  private String store;

  private final SecureRandom random = new SecureRandom();
  private final List<TokenId> ids = new ArrayList<>();
  private final List<AutoCloseable> parts = new ArrayList<>();
  private TokenStore tokens;
  private Instant now;
  private int next;

  /** Fills the store. */
  @Setup
  public void open() throws IOException {
    now = Clock.systemUTC().instant();
    tokens = store.equals(MEMORY) ? new InMemoryTokenStore() : inH2();
    for (int i = 0; i < TOKENS; i++) {
      TokenRecord record = record();
      tokens.insert(record, Limit.NONE, now);
      ids.add(record.id());
    }
  }

  private TokenStore inH2() throws IOException {
    Database database = new H2Database(TemporaryFolder.create());
    parts.add(database);
    return JdbcTokenStore.builder(database.source()).open();
  }

  /** Closes what was opened. */
  @TearDown
  public void close() throws Exception {
    tokens.close();
    for (AutoCloseable part : parts) {
      part.close();
    }
  }

  private TokenRecord record() {
    byte[] id = new byte[TokenId.LENGTH];
    random.nextBytes(id);
    return TokenRecord.builder(TokenId.of(id), TokenKind.SESSION, "user-" + next++, now)
        .roles(Set.of("user"))
        .client("127.0.0.1")
        .binding("127.0.0.1")
        .idleTimeout(IDLE)
        .expiresAt(now.plus(LIFE))
        .build();
  }

  private TokenId next() {
    next = (next + 1) % TOKENS;
    return ids.get(next);
  }

  /** Inserts a new record. */
  @Benchmark
  public InsertResult insert() {
    return tokens.insert(record(), Limit.NONE, now);
  }

  /** Finds an existing record. */
  @Benchmark
  public Optional<TokenRecord> find() {
    return tokens.find(next());
  }

  /** Renews an existing record, each time later. */
  @Benchmark
  public Set<TokenId> renew() {
    now = now.plusMillis(1);
    return tokens.renew(List.of(new Renewal(next(), now, now.plus(IDLE))), now);
  }
}
