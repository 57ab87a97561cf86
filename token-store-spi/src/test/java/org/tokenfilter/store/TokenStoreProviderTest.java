package org.tokenfilter.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenStoreProviderTest {

  private static final Map<String, String> SETTINGS =
      Map.of("timeout", "PT2S", "retention", "PT5M");

  @TempDir Path jar;

  @Test
  void memoryProviderIsInstalled() {
    assertThat(TokenStoreProvider.installed(getClass().getClassLoader()))
        .containsOnlyKeys("memory")
        .hasEntrySatisfying(
            "memory", memory -> assertThat(memory).isInstanceOf(InMemoryTokenStoreProvider.class));
  }

  @Test
  void memoryStoreNeedsOnlyTheRetention() {
    TokenStoreProvider memory = new InMemoryTokenStoreProvider();

    assertThat(memory.settings()).isEmpty();
    try (TokenStore store = memory.open(SETTINGS)) {
      Instant start = Instant.parse("2026-03-01T12:00:00Z");
      Instant afterwards = start.plus(Duration.ofMinutes(5));
      store.insert(Records.lasting(1, start).expiresAt(start).build(), Limit.NONE, start);
      store.insert(Records.lasting(2, start).build(), Limit.NONE, afterwards);
      assertThat(store.find(Records.id(1))).isPresent();
      store.insert(Records.lasting(3, start).build(), Limit.NONE, afterwards.plusMillis(1));
      assertThat(store.find(Records.id(1))).isEmpty();
    }
  }

  @Test
  void eachOpenMakesANewMemoryStore() {
    TokenStoreProvider memory = new InMemoryTokenStoreProvider();

    try (TokenStore one = memory.open(SETTINGS);
        TokenStore other = memory.open(SETTINGS)) {
      assertThat(one).isNotSameAs(other);
    }
  }

  @Test
  void invalidRetentionIsRefusedByName() {
    TokenStoreProvider memory = new InMemoryTokenStoreProvider();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> memory.open(Map.of("retention", "1 hour")))
        .withMessageContaining("retention")
        .withMessageContaining("1 hour");
    assertThatIllegalArgumentException().isThrownBy(() -> memory.open(Map.of()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> memory.open(Map.of("retention", "PT-1S")));
  }

  @Test
  void twoProvidersOfTheSameNameAreRefused() throws IOException {
    assertThatIllegalStateException()
        .isThrownBy(
            () -> TokenStoreProvider.installed(jarThatNames(SecondMemoryProvider.class.getName())))
        .withMessageContaining("'memory'")
        .withMessageContaining(InMemoryTokenStoreProvider.class.getName())
        .withMessageContaining(SecondMemoryProvider.class.getName());
  }

  @Test
  void providerThatCannotBeLoadedIsNamed() throws IOException {
    assertThatIllegalStateException()
        .isThrownBy(() -> TokenStoreProvider.installed(jarThatNames("org.example.Missing")))
        .withMessageContaining("org.example.Missing");
  }

  private ClassLoader jarThatNames(String provider) throws IOException {
    Path services = Files.createDirectories(jar.resolve("META-INF/services"));
    Files.writeString(services.resolve(TokenStoreProvider.class.getName()), provider);
    return new URLClassLoader(new URL[] {jar.toUri().toURL()}, getClass().getClassLoader());
  }

  /** A provider whose name is already taken. */
  public static final class SecondMemoryProvider implements TokenStoreProvider {

    @Override
    public String name() {
      return "memory";
    }

    @Override
    public Set<String> settings() {
      return Set.of();
    }

    @Override
    public TokenStore open(Map<String, String> settings) {
      throw new UnsupportedOperationException();
    }
  }
}
