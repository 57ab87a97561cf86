package com.example.folderstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.service.TokenService;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.store.tck.SettableClock;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Subject;

/** An application's test of its own behavior when the store fails. */
class LostAnswerTest {

  private final SettableClock clock = new SettableClock();
  private final FaultyTokenStore store =
      new FaultyTokenStore(new InMemoryTokenStore(clock, Duration.ofHours(1)));

  @Test
  void revocationWhoseAnswerIsLostHasHappened(@TempDir Path folder) throws Exception {
    try (TokenSecurity security =
        TokenSecurity.builder()
            .setting("token.keys.file", folder.resolve("keys.jwks").toString())
            .setting("token.keys.generate", "true")
            .store(store)
            .clock(clock)
            .build()) {
      TokenService service = security.service();
      IssuedToken token =
          service.issueOpen(
              Subject.of("alice"), Duration.ofMinutes(5), ClientAddress.parse("192.0.2.7"));
      clock.move(Duration.ofMinutes(4));
      assertThat(service.introspect(token.value())).isPresent();

      store.failAfter(Call.REVOKE, 1);

      assertThatExceptionOfType(TokenStoreException.class)
          .isThrownBy(() -> service.revoke(token.record().id()));
      assertThat(service.introspect(token.value())).isEmpty();
    }
  }
}
