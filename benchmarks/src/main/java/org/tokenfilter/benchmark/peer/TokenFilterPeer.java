package org.tokenfilter.benchmark.peer;

import jakarta.servlet.DispatcherType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.benchmark.database.Database;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.SessionId;
import org.tokenfilter.token.Subject;

/** This library. The store survives a restart of the node. */
public final class TokenFilterPeer implements Peer {

  /**
   * The tables of tokens and revocations; those of 256 lock rows and of the version are not
   * counted.
   */
  private static final List<String> TABLES = List.of("token_record", "token_change");

  private static final ClientAddress CLIENT = ClientAddress.parse("127.0.0.1");
  private static final String LAG = "token.revocation.lag";

  private final String name;
  private final TokenStore store;
  private final @Nullable Database database;
  private final Map<String, String> settings;
  private @Nullable TokenSecurity security;

  /**
   * Creates the protection of a node.
   *
   * @param name the name in the table of results
   * @param store the store of the tokens; closed with the peer
   * @param database the database of the store; closed with the peer; null for in memory
   * @param keys the key file, created if missing
   * @param settings additional settings
   */
  public TokenFilterPeer(
      String name,
      TokenStore store,
      @Nullable Database database,
      Path keys,
      Map<String, String> settings) {
    this.name = name;
    this.store = store;
    this.database = database;
    this.settings = new HashMap<>(settings);
    this.settings.put("token.keys.file", keys.toAbsolutePath().toString());
    this.settings.put("token.keys.generate", "true");
  }

  /**
   * Returns the settings with which revocations on any node take effect on this node at once: each
   * request reads the store.
   */
  public static Map<String, String> strict() {
    return Map.of(LAG, "PT0S");
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void protect(ServletContextHandler application) {
    stop();
    security = TokenSecurity.builder().settings(settings).store(store).build();
    FilterHolder holder = new FilterHolder(new TokenFilter(security));
    holder.setAsyncSupported(true);
    application.addFilter(holder, "/*", EnumSet.allOf(DispatcherType.class));
  }

  @Override
  public List<String> logIn(int clients) throws Exception {
    if (security == null) {
      throw new IllegalStateException("the node is not started");
    }
    List<String> headers = new ArrayList<>(clients);
    for (int i = 0; i < clients; i++) {
      headers.add(
          headers(
              security
                  .service()
                  .issueSession(Subject.of("user-" + i, "user"), Duration.ZERO, CLIENT, Set.of())));
    }
    return headers;
  }

  private static String headers(IssuedToken token) {
    SessionId session = token.sessionId();
    if (session == null) {
      throw new IllegalStateException("a session token must have a session id");
    }
    return "Authorization: Bearer "
        + token.value()
        + "\r\nCookie: SESSION="
        + session.value()
        + "\r\n";
  }

  @Override
  public @Nullable Database database() {
    return database;
  }

  @Override
  public List<String> tables() {
    return TABLES;
  }

  private void stop() {
    if (security != null) {
      security.close();
      security = null;
    }
  }

  @Override
  public void close() {
    stop();
    store.close();
    if (database != null) {
      database.close();
    }
  }
}
