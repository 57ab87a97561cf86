package org.tokenfilter.store;

import java.time.Clock;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Set;

/** Opens an {@link InMemoryTokenStore} for {@code token.store=memory}. */
public final class InMemoryTokenStoreProvider implements TokenStoreProvider {

  /** For the service loader. */
  public InMemoryTokenStoreProvider() {}

  @Override
  public String name() {
    return "memory";
  }

  /** None: there is nothing to choose. */
  @Override
  public Set<String> settings() {
    return Set.of();
  }

  /** A new, empty store; the {@code timeout} is not needed, since memory does not keep waiting. */
  @Override
  public TokenStore open(Map<String, String> settings) {
    return new InMemoryTokenStore(
        Clock.systemUTC(), retention(settings.getOrDefault("retention", "")));
  }

  private static Duration retention(String text) {
    try {
      return Duration.parse(text);
    } catch (DateTimeParseException wrong) {
      throw new IllegalArgumentException(
          "retention is an ISO-8601 duration such as PT1H, not '" + text + "'", wrong);
    }
  }
}
