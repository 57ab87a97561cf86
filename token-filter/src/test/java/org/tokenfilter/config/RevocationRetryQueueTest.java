package org.tokenfilter.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.spy;

import ch.qos.logback.classic.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.testsupport.LogLines;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Subject;

final class RevocationRetryQueueTest {

  private static final ClientAddress CLIENT = ClientAddress.parse("192.0.2.1");
  private final RuntimeException outage = new TokenStoreException("away", null, true);

  private final TokenStore store = spy(new InMemoryTokenStore());
  @TempDir private Path folder;
  private TokenSecurity security;
  private RevocationRetryQueue queue;

  @BeforeEach
  void start() {
    security =
        TokenSecurity.builder()
            .setting("token.keys.file", folder.resolve("keys.json").toString())
            .setting("token.keys.generate", "true")
            .store(store)
            .build();
    queue = new RevocationRetryQueue(security.service(), security.operatorLog());
  }

  @AfterEach
  void stop() {
    security.close();
  }

  private TokenId issueSession() throws Exception {
    return security
        .service()
        .issueSession(Subject.of("alice"), Duration.ZERO, CLIENT, Set.of())
        .record()
        .id();
  }

  private boolean isLive(TokenId id) {
    return store.find(id).orElseThrow().liveAt(Instant.now());
  }

  /**
   * A revocation fails, for example, if another transaction holds the row. The record may also be
   * unreadable.
   */
  @ParameterizedTest
  @ValueSource(classes = {TokenStoreException.class, NoClassDefFoundError.class})
  void oneFailingRevocationDoesNotBlockOthers(Class<?> kind) throws Exception {
    List<TokenId> others = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      others.add(issueSession());
    }
    TokenId stuck = others.remove(17);
    Throwable why = kind == TokenStoreException.class ? outage : new NoClassDefFoundError("gone");
    doThrow(why).when(store).revoke(eq(stuck), any());
    queue.add(stuck, outage);
    others.forEach(it -> queue.add(it, outage));

    assertThat(queue.attempt()).isPresent();
    assertThat(queue.attempt()).isPresent();

    assertThat(others).noneMatch(this::isLive);
    doReturn(List.of(stuck)).when(store).revoke(eq(stuck), any());
    assertThat(queue.attempt()).isEmpty();
  }

  @Test
  void reportsRemainingSessionsOnceAtClosing() throws Exception {
    TokenId session = issueSession();
    doThrow(outage).when(store).revoke(any(), any());
    queue.add(session, outage);
    queue.add(session, outage);
    try (LogLines log = new LogLines(RevocationRetryQueue.class.getName(), Level.WARN)) {
      queue.close();
      assertThat(log.lines())
          .containsExactly("WARN 1 sessions were not closed; they live until they expire");
    }
  }
}
