package org.tokenfilter.store;

import java.time.Clock;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Set;

/** The provider of {@link InMemoryTokenStore}, chosen by {@code token.store=memory}. */
public final class InMemoryTokenStoreProvider implements TokenStoreProvider {

  /** Creates the provider. Called by {@link java.util.ServiceLoader}. */
  public InMemoryTokenStoreProvider() {}

  @Override
  public String name() {
    return "memory";
  }

  /** Returns an empty set; this store has no settings of its own. */
  @Override
  public Set<String> settings() {
    return Set.of();
  }

  /** Opens a new, empty store. It never waits and so ignores the {@code timeout}. */
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
          "retention must be an ISO-8601 duration such as PT1H, not '" + text + "'", wrong);
    }
  }
}
