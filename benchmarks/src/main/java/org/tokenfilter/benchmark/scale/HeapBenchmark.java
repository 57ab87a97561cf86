package org.tokenfilter.benchmark.scale;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.tokenfilter.benchmark.database.PostgresDatabase;
import org.tokenfilter.benchmark.database.PostgresServer;
import org.tokenfilter.benchmark.report.Report;
import org.tokenfilter.benchmark.report.Table;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.jdbc.JdbcTokenStore;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.SessionId;
import org.tokenfilter.token.Subject;

/** The heap that a live token takes on a node. */
public final class HeapBenchmark {

  private static final int COLLECTIONS = 4;
  private static final ClientAddress CLIENT = ClientAddress.parse("127.0.0.1");
  private static final MemoryMXBean MEMORY = ManagementFactory.getMemoryMXBean();

  private final Path folder;
  private final Report report;
  private final int inMemory;
  private final int seen;

  /**
   * Creates the benchmark.
   *
   * @param folder the folder for keys and the database
   * @param report the report to write
   * @param inMemory the number of tokens in the in-memory store
   * @param seen the number of tokens in a database that a node validates; at most as many as it
   *     caches
   */
  public HeapBenchmark(Path folder, Report report, int inMemory, int seen) {
    this.folder = folder;
    this.report = report;
    this.inMemory = inMemory;
    this.seen = seen;
  }

  /** Runs the benchmark, and writes the report. */
  public void run() throws Exception {
    Files.createDirectories(folder);
    Table table = new Table("live tokens on a node", "number", "heap B a token");
    table.row("in-memory store", number(inMemory), number(inMemoryStore()));
    try (PostgresServer server = new PostgresServer(folder.resolve("postgres"));
        PostgresDatabase database = server.newDatabase();
        TokenStore store = JdbcTokenStore.builder(database.source()).createSchema(true).open()) {
      measureCachedTokens(store, table);
    }
    report.write("heap", table + "\n");
  }

  private long inMemoryStore() throws Exception {
    try (InMemoryTokenStore store = new InMemoryTokenStore();
        TokenSecurity node = node(store)) {
      issue(node, "early");
      long before = usedHeap();
      for (int i = 0; i < inMemory; i++) {
        issue(node, "user-" + i);
      }
      return (usedHeap() - before) / inMemory;
    }
  }

  /** Adds the heap of each token that was validated, and of each that was used as well. */
  private void measureCachedTokens(TokenStore store, Table table) throws Exception {
    try (TokenSecurity issuing = node(store);
        TokenSecurity node = node(store)) {
      List<PresentedToken> tokens = new ArrayList<>(seen);
      for (int i = 0; i < seen; i++) {
        tokens.add(presented(issue(issuing, "user-" + i)));
      }
      PresentedToken early = presented(issue(issuing, "early"));
      node.service().renew(node.service().validate(early));
      long before = usedHeap();
      for (PresentedToken token : tokens) {
        node.service().validate(token);
      }
      long found = usedHeap();
      for (PresentedToken token : tokens) {
        node.service().renew(node.service().validate(token));
      }
      long after = usedHeap();
      node.service().renew(node.service().validate(early));
      // The presented tokens are included in all three figures, so they cancel out.
      node.service().validate(tokens.get(0));
      table.row("seen, of PostgreSQL", number(seen), number((found - before) / seen));
      table.row("seen and used, not written yet", number(seen), number((after - before) / seen));
    }
  }

  private TokenSecurity node(TokenStore store) {
    return TokenSecurity.builder()
        .settings(
            Map.of(
                "token.keys.file",
                folder.resolve("keys.jwks").toAbsolutePath().toString(),
                "token.keys.generate",
                "true",
                // Long, so that no renewal is written during the measurement.
                "token.renewal.interval",
                "PT20M"))
        .store(store)
        .build();
  }

  private static IssuedToken issue(TokenSecurity node, String user) throws Exception {
    return node.service().issueSession(Subject.of(user, "user"), Duration.ZERO, CLIENT, Set.of());
  }

  private static PresentedToken presented(IssuedToken token) {
    SessionId session = token.sessionId();
    Set<String> ids = session == null ? Set.of() : Set.of(session.value());
    return new PresentedToken(token.value(), ids, CLIENT, false);
  }

  /** Returns the bytes that are still reachable. */
  private static long usedHeap() {
    for (int i = 0; i < COLLECTIONS; i++) {
      MEMORY.gc();
    }
    return MEMORY.getHeapMemoryUsage().getUsed();
  }

  private static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
