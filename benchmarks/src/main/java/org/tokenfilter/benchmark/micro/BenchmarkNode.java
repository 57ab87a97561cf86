package org.tokenfilter.benchmark.micro;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.service.TokenService;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.SessionId;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A node that issues and validates session tokens, over an in-memory store and keys that survive
 * its restarts.
 */
final class BenchmarkNode implements AutoCloseable {

  private static final ClientAddress CLIENT = ClientAddress.parse("127.0.0.1");

  private final TokenStore store = new InMemoryTokenStore();
  private final Path keys;
  private TokenSecurity node;
  private int issuedCount;

  BenchmarkNode() throws IOException {
    keys = TemporaryFolder.create().resolve("keys.jwks");
    node = start();
  }

  private TokenSecurity start() {
    return TokenSecurity.builder()
        .setting("token.keys.file", keys.toString())
        .setting("token.keys.generate", "true")
        .setting("token.audience", "/orders")
        .store(store)
        .build();
  }

  /** Replaces the node with a new one, which has not validated any token yet. */
  TokenService restart() {
    node.close();
    node = start();
    return node.service();
  }

  TokenService service() {
    return node.service();
  }

  IssuedToken issue() throws TokenRejectedException {
    Subject subject = Subject.of("user-" + issuedCount++, "user");
    return node.service().issueSession(subject, Duration.ZERO, CLIENT, Set.of());
  }

  /** Issues tokens, and returns what the request of each client presents. */
  List<PresentedToken> issueAndPresent(int number) throws TokenRejectedException {
    List<PresentedToken> presented = new ArrayList<>(number);
    for (int i = 0; i < number; i++) {
      IssuedToken token = issue();
      SessionId session = token.sessionId();
      Set<String> ids = session == null ? Set.of() : Set.of(session.value());
      presented.add(new PresentedToken(token.value(), ids, CLIENT, false));
    }
    return presented;
  }

  @Override
  public void close() {
    node.close();
    store.close();
  }
}
