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
final class Field {

  private final Path folder;
  private final PostgresServer postgres;

  /**
   * Creates the catalog.
   *
   * @param folder the folder for keys and files
   * @param postgres the server for databases
   */
  Field(Path folder, PostgresServer postgres) {
    this.folder = folder;
    this.postgres = postgres;
  }

  /** A factory of a stack. */
  @FunctionalInterface
  interface Opening {
    Peer open() throws Exception;
  }

  /**
   * A stack to be measured.
   *
   * @param opening the factory of the stack
   * @param cold whether each token is new to the node in each turn
   */
  record Place(Opening opening, boolean cold) {}

  List<Place> places() {
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

  private static Place warm(Opening opening) {
    return new Place(opening, false);
  }

  private static Place cold(Opening opening) {
    return new Place(opening, true);
  }

  private Peer inMemory(String name) {
    return new TokenFilterPeer(name, new InMemoryTokenStore(), null, keys(), Map.of());
  }

  private Peer inH2() throws Exception {
    Database database = new H2Database(Files.createTempDirectory(folder, "h2"));
    return on(database, "token-filter, H2 file", Map.of());
  }

  private Peer inPostgres(String name, Map<String, String> settings) throws Exception {
    return on(postgres.newDatabase(), name, settings);
  }

  private Peer on(Database database, String name, Map<String, String> settings) {
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
