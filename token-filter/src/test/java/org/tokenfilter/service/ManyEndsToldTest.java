package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;
import org.tokenfilter.notice.Notices;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.IssuedToken;

/** As many ends as the feed lists, and a queue for them in a small heap. */
final class ManyEndsToldTest {

  private static final long HEAP = 256L << 20;

  private final Scene scene = new Scene();
  private final long room = MemoryBudget.of(HEAP / 100 * MemoryBudget.SHARE).events();
  private final List<Runnable> waiting = new ArrayList<>();
  private long bytes;

  /** Drops what finds no room, as the application's queue does. */
  private final Executor queue =
      event -> {
        long weight = WeighedEvent.bytesOf(event);
        if (bytes + weight <= room) {
          bytes += weight;
          waiting.add(event);
        }
      };

  @Test
  void allAreTold() throws Exception {
    IssuedToken token = scene.open(Duration.ZERO);
    scene.memory.end(token.record().id(), Ending.of(Reason.CLOSED, scene.clock.instant()));
    TokenRecord ended = scene.stored(token.record().id());
    List<TokenId> ids = new ArrayList<>();
    for (int i = 0; i < EndedFeed.MOST; i++) {
      byte[] id = new byte[TokenId.LENGTH];
      scene.random.nextBytes(id);
      ids.add(TokenId.of(id));
    }
    List<TokenId> heard = new ArrayList<>();
    TokenListener listener =
        new TokenListener() {
          @Override
          public void ended(TokenId id, Reason reason) {
            heard.add(id);
          }
        };
    Listeners listeners =
        new Listeners(
            List.of(listener),
            queue,
            new ToldEnds(() -> 0),
            new TokenCounts(),
            new Notices(() -> 0));

    listeners.tellEndedElsewhere(ids, id -> Optional.of(ended));
    waiting.forEach(Runnable::run);

    assertThat(heard.size()).isEqualTo(ids.size());
  }
}
