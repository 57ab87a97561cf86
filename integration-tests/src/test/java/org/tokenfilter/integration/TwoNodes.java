package org.tokenfilter.integration;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.config.TokenSecurityBuilder;
import org.tokenfilter.service.TokenService;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.jdbc.JdbcTokenStore;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Two nodes of one application, each with its store and service, with one PostgreSQL database and
 * one key.
 */
final class TwoNodes implements AutoCloseable {

  static final Subject ALICE = Subject.of("alice", "user");
  static final ClientAddress CLIENT = ClientAddress.parse("192.0.2.1");

  private static final int CONNECTIONS = 16;

  /** A timeout longer than any call takes; a call that exceeds it hangs. */
  private static final int PATIENCE_SECONDS = 120;

  /** A call that one of many concurrent callers makes on its node. */
  @FunctionalInterface
  interface Call {
    /** Makes the call and returns the id of a token. */
    String call(TokenService node, int number) throws Exception;
  }

  private final HikariDataSource pool =
      PostgresServer.pool(PostgresServer.newDatabase(), CONNECTIONS);
  private final List<TokenStore> stores = new ArrayList<>();
  private final List<TokenSecurity> nodes = new ArrayList<>();

  TwoNodes(Path folder, String... settings) {
    this(folder, Duration.ZERO, Duration.ofSeconds(30), settings);
  }

  /**
   * Starts two nodes; the second one's clock is ahead.
   *
   * @param timeout the store's timeout
   */
  TwoNodes(Path folder, Duration ahead, Duration timeout, String... settings) {
    for (int node = 0; node < 2; node++) {
      TokenStore store = JdbcTokenStore.builder(pool).createSchema(true).timeout(timeout).open();
      stores.add(store);
      TokenSecurityBuilder builder =
          TokenSecurity.builder()
              .store(store)
              .clock(Clock.offset(Clock.systemUTC(), node == 0 ? Duration.ZERO : ahead))
              .setting("token.audience", "/shop")
              .setting("token.store.timeout", "PT30S")
              .setting("token.keys.file", folder.resolve("keys.jwks").toString())
              .setting("token.keys.generate", "true");
      for (int i = 0; i < settings.length; i += 2) {
        builder.setting(settings[i], settings[i + 1]);
      }
      nodes.add(builder.build());
    }
  }

  TokenSecurity security(int number) {
    return nodes.get(number);
  }

  /** Returns a generator of records in the database of the nodes. */
  ManyRecords records() {
    return new ManyRecords(pool, stores.get(0));
  }

  TokenService node(int number) {
    return nodes.get(number % nodes.size()).service();
  }

  /**
   * Makes this many calls at the same moment, each on its node, and returns the id or the rejection
   * that each one got.
   */
  List<String> race(int callers, Call call) throws Exception {
    CyclicBarrier barrier = new CyclicBarrier(callers);
    List<Callable<String>> calls =
        IntStream.range(0, callers)
            .<Callable<String>>mapToObj(
                number ->
                    () -> {
                      barrier.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
                      return answer(call, number);
                    })
            .toList();
    ExecutorService threads = Executors.newFixedThreadPool(callers);
    try {
      List<String> answers = new ArrayList<>();
      for (Future<String> one : threads.invokeAll(calls, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        answers.add(one.get());
      }
      return answers;
    } finally {
      threads.shutdownNow();
    }
  }

  private String answer(Call call, int number) throws Exception {
    try {
      return call.call(node(number), number);
    } catch (TokenRejectedException refused) {
      return refused.rejection().name();
    }
  }

  @Override
  public void close() {
    nodes.forEach(TokenSecurity::close);
    stores.forEach(TokenStore::close);
    pool.close();
  }
}
