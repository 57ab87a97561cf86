package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;
import org.tokenfilter.memory.MemoryBudget;
import org.tokenfilter.memory.WeighedEvent;
import org.tokenfilter.notice.OperatorLog;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;

/** As many revocations as the feed lists, and an event queue for them in a small heap. */
final class TokenEventsQueueTest {

  private static final long HEAP = 256L << 20;

  private final ServiceFixture fixture = new ServiceFixture();
  private final long room = MemoryBudget.of(HEAP / 100 * MemoryBudget.DEFAULT_PERCENT).events();
  private final List<Runnable> waiting = new ArrayList<>();
  private long bytes;

  /** Drops the events that exceed the budget, as the event queue of the application does. */
  private final Executor queue =
      event -> {
        long weight = WeighedEvent.bytesOf(event);
        if (bytes + weight <= room) {
          bytes += weight;
          waiting.add(event);
        }
      };

  @Test
  void reportsAllRevocations() throws Exception {
    List<Change> changes = new ArrayList<>();
    for (int i = 0; i < 50_000; i++) {
      byte[] id = new byte[TokenId.LENGTH];
      fixture.random.nextBytes(id);
      changes.add(Change.revoked(TokenId.of(id), RevocationReason.CLOSED));
    }
    List<TokenId> heard = new ArrayList<>();
    TokenListener listener =
        new TokenListener() {
          @Override
          public void tokenRevoked(TokenId id, RevocationReason reason) {
            heard.add(id);
          }
        };
    TokenEvents events =
        new TokenEvents(
            List.of(listener),
            queue,
            new EndedTokens(HEAP),
            new TokenStatistics(),
            new OperatorLog(() -> 0));

    events.publishRemoteRevocations(events.remember(changes));
    waiting.forEach(Runnable::run);

    assertThat(heard.size()).isEqualTo(changes.size());
  }
}
