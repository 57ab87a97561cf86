package org.tokenfilter.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.service.TokenService.ChangeFeedState;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.store.tck.PausedCall;
import org.tokenfilter.store.tck.SettableClock;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Subject;

/** The health of a node, and the store calls that it costs. */
final class HealthTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir private Path folder;
  private final SettableClock clock = new SettableClock(Instant.parse("2026-11-22T10:00:00Z"));
  private final FaultyTokenStore store =
      new FaultyTokenStore(new InMemoryTokenStore(clock, Duration.ofHours(1)));

  @Test
  void ageOfGeneratedKeyGrows() {
    try (TokenSecurity security = security("PT0S")) {
      clock.move(MINUTE);
      assertThat(security.health())
          .usingRecursiveComparison()
          .ignoringFields("tasks")
          .isEqualTo(new Health(true, null, new Health.ActiveKey("k1", MINUTE), List.of(), null));
      clock.move(Duration.ofMinutes(-2));
      assertThat(security.health().key()).isEqualTo(new Health.ActiveKey("k1", MINUTE));
    }
  }

  @Test
  void keyCreatedInTheFutureHasAgeZero() throws Exception {
    KeyFile file = new KeyFile(folder);
    long later = clock.instant().plus(MINUTE).getEpochSecond();
    file.replace(KeyFile.key("k1", "active").replace("\"k\":", "\"iat\":" + later + ",\"k\":"));
    try (TokenSecurity security = security("PT0S")) {
      assertThat(security.health().key()).isEqualTo(new Health.ActiveKey("k1", Duration.ZERO));
    }
  }

  @Test
  void keyWithoutCreationTimeHasNoAge() throws Exception {
    new KeyFile(folder).replace(KeyFile.key("2026-03", "active"), KeyFile.key("next", "staged"));
    try (TokenSecurity security = security("PT0S")) {
      assertThat(security.health().key()).isEqualTo(new Health.ActiveKey("2026-03", null));
    }
  }

  @Test
  void feedAgeIsTimeSinceLastAnswer() {
    try (TokenSecurity security = security("PT30S")) {
      await().until(() -> feed(security).age() != null);
      store.failAll();
      clock.move(Duration.ofSeconds(29));
      assertThat(feed(security)).isEqualTo(new ChangeFeedState(true, Duration.ofSeconds(29)));
      clock.move(Duration.ofSeconds(1));
      assertThat(feed(security)).isEqualTo(new ChangeFeedState(false, Duration.ofSeconds(30)));
    }
  }

  @Test
  void failedStoreIsFailingUntilItAnswers() throws Exception {
    try (TokenSecurity security = security("PT0S")) {
      store.failAll();
      assertThatThrownBy(() -> logIn(security)).isInstanceOf(TokenStoreException.class);
      int inserts = store.callCount(Call.INSERT);
      for (int i = 0; i < 1_000; i++) {
        assertThat(security.health().storeAnswers()).isFalse();
      }
      assertThat(store.callCount(Call.INSERT)).isEqualTo(inserts);
      assertThat(store.callCount(Call.FIND) + store.callCount(Call.LIST)).isZero();

      store.clearFaults();
      logIn(security);
      assertThat(security.health().storeAnswers()).isTrue();
    }
  }

  /** A hung call does not fail, and callers that wait for it give up before they call. */
  @Test
  void hungStoreIsFailingUntilItReturns() throws Exception {
    try (TokenSecurity security = security("PT0S", "PT0.1S")) {
      PausedCall pausedCall = store.pauseBefore(Call.LIST, 1);
      Thread asking = new Thread(() -> security.service().list("alice", null, 1));
      asking.start();
      try {
        await().until(() -> !security.health().storeAnswers());
      } finally {
        pausedCall.release();
        asking.join();
      }
      assertThat(security.health().storeAnswers()).isTrue();
    }
  }

  private static ChangeFeedState feed(TokenSecurity security) {
    return Objects.requireNonNull(security.health().feed());
  }

  private static void logIn(TokenSecurity security) throws Exception {
    var unused =
        security
            .service()
            .issueOpen(Subject.of("alice"), Duration.ZERO, ClientAddress.parse("192.0.2.1"));
  }

  private TokenSecurity security(String lag) {
    return security(lag, "PT2S");
  }

  private TokenSecurity security(String lag, String timeout) {
    return TokenSecurity.builder()
        .setting("token.keys.file", folder.resolve("keys.jwks").toString())
        .setting("token.keys.generate", "true")
        .setting("token.revocation.lag", lag)
        .setting("token.store.timeout", timeout)
        .setting("token.sweep.interval", "P1D")
        .store(store)
        .clock(clock)
        .build();
  }
}
