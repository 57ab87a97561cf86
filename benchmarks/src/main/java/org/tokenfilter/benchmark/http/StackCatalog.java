package org.tokenfilter.benchmark.http;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.tokenfilter.benchmark.database.Database;
import org.tokenfilter.benchmark.database.H2Database;
import org.tokenfilter.benchmark.database.PostgresServer;
import org.tokenfilter.benchmark.peer.Pac4jPeer;
import org.tokenfilter.benchmark.peer.Peer;
import org.tokenfilter.benchmark.peer.SaTokenPeer;
import org.tokenfilter.benchmark.peer.ShiroPeer;
import org.tokenfilter.benchmark.peer.SpringSecurityPeer;
import org.tokenfilter.benchmark.peer.SpringSessionPeer;
import org.tokenfilter.benchmark.peer.TokenFilterPeer;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.jdbc.JdbcTokenStore;

/** The catalog of all stacks that are measured. */
final class StackCatalog {

  private final Path folder;
  private final PostgresServer postgres;

  /**
   * Creates the catalog.
   *
   * @param folder the folder for keys and files
   * @param postgres the server for databases
   */
  StackCatalog(Path folder, PostgresServer postgres) {
    this.folder = folder;
    this.postgres = postgres;
  }

  /** A factory of a stack. */
  @FunctionalInterface
  interface StackFactory {
    Peer create() throws Exception;
  }

  /**
   * A stack to be measured.
   *
   * @param factory the factory of the stack
   * @param cold whether each token is new to the node in each turn
   */
  record StackSpec(StackFactory factory, boolean cold) {}

  List<StackSpec> stacks() {
    return List.of(
        warm(() -> inMemory("token-filter, in memory")),
        cold(() -> inMemory("token-filter, in memory, new tokens")),
        warm(SaTokenPeer::new),
        warm(ShiroPeer::new),
        warm(SpringSecurityPeer::new),
        warm(Pac4jPeer::new),
        warm(() -> inH2()),
        warm(() -> inPostgres("token-filter, PostgreSQL", Map.of())),
        cold(() -> inPostgres("token-filter, PostgreSQL, new tokens", Map.of())),
        warm(() -> inPostgres("token-filter, PostgreSQL, lag PT0S", TokenFilterPeer.strict())),
        warm(() -> new SpringSessionPeer(postgres.newDatabase())));
  }

  private static StackSpec warm(StackFactory factory) {
    return new StackSpec(factory, false);
  }

  private static StackSpec cold(StackFactory factory) {
    return new StackSpec(factory, true);
  }

  private Peer inMemory(String name) {
    return new TokenFilterPeer(name, new InMemoryTokenStore(), null, keys(), Map.of());
  }

  private Peer inH2() throws Exception {
    Database database = new H2Database(Files.createTempDirectory(folder, "h2"));
    return inDatabase(database, "token-filter, H2 file", Map.of());
  }

  private Peer inPostgres(String name, Map<String, String> settings) throws Exception {
    return inDatabase(postgres.newDatabase(), name, settings);
  }

  private Peer inDatabase(Database database, String name, Map<String, String> settings) {
    return new TokenFilterPeer(
        name,
        JdbcTokenStore.builder(database.source()).createSchema(true).open(),
        database,
        keys(),
        settings);
  }

  private Path keys() {
    return folder.resolve("keys.jwks");
  }
}
