package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.tokenfilter.service.RejectionAssertions.assertRejected;
import static org.tokenfilter.service.TestNode.LAG;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Changes;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.ForwardingTokenStore;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;

/** A store of two shards, each of which fails or hangs by itself. */
class ChangeFeedShardsTest {

  private static final int SHARDS = 2;

  private final ServiceFixture fixture = new ServiceFixture();
  private final Shards store = new Shards(fixture.memory);
  private final TestNode node = new TestNode(fixture, store, LAG);
  private final IssuedToken[] tokens = new IssuedToken[SHARDS];

  /** Ids belong to shards by their last bit; both shards report the changes of all ids. */
  private static final class Shards extends ForwardingTokenStore {

    private final AtomicReferenceArray<@Nullable Runnable> before =
        new AtomicReferenceArray<>(SHARDS);

    Shards(TokenStore store) {
      super(store);
    }

    @Override
    public int shards() {
      return SHARDS;
    }

    @Override
    public int shardOf(TokenId id) {
      return id.bytes()[TokenId.LENGTH - 1] & 1;
    }

    @Override
    public Changes changes(int shard, @Nullable String cursor, int limit) {
      Runnable step = before.get(shard);
      if (step != null) {
        step.run();
      }
      Changes page = delegate().changes(0, cursor, limit);
      return new Changes(
          page.known(),
          page.changes().stream().filter(change -> shardOf(change.id()) == shard).toList(),
          page.cursor(),
          page.more(),
          page.storeTime());
    }
  }

  @BeforeEach
  void cacheATokenOfEachShard() throws Exception {
    pollAll();
    for (int shard = 0; shard < SHARDS; shard++) {
      IssuedToken token = fixture.issueSession();
      while (store.shardOf(token.record().id()) != shard) {
        token = fixture.issueSession();
      }
      tokens[shard] = token;
      node.validate(token);
    }
  }

  @AfterEach
  void stop() {
    node.service.shutdown();
  }

  private void pollAll() {
    await()
        .until(
            () ->
                node.service.pollRevocations().isEmpty()
                    && node.service.feed().orElseThrow().fresh());
  }

  private boolean isReadFromTheStore(int shard) throws Exception {
    int finds = node.findCount();
    node.validate(tokens[shard]);
    return node.findCount() > finds;
  }

  @Test
  void changesOfEachShardTakeEffect() throws Exception {
    for (IssuedToken token : tokens) {
      node.revokeElsewhere(token);
    }
    node.advance(Duration.ofMillis(1));
    pollAll();
    for (IssuedToken token : tokens) {
      assertRejected(Rejection.CLOSED, () -> node.validate(token));
    }
  }

  @Test
  void shardThatFailsIsNotFreshByItself() throws Exception {
    store.before.set(
        1,
        () -> {
          throw new TokenStoreException("down", null, true);
        });
    node.advance(LAG);
    await().until(() -> node.service.pollRevocations().isPresent() && !isReadFromTheStore(0));

    assertThat(isReadFromTheStore(1)).isTrue();
    assertThat(isReadFromTheStore(1)).isTrue();
    assertThat(node.service.feed().orElseThrow().fresh()).isFalse();
  }

  @Test
  void shardThatHangsDelaysNoOther() throws Exception {
    CountDownLatch released = new CountDownLatch(1);
    store.before.set(1, () -> awaitUninterrupted(released));
    try {
      for (int polls = 0; polls < 5; polls++) {
        node.advance(LAG);
        await().until(() -> node.service.pollRevocations().isPresent() && !isReadFromTheStore(0));
        assertThat(isReadFromTheStore(1)).isTrue();
      }
    } finally {
      released.countDown();
    }
    pollAll();
  }

  private static void awaitUninterrupted(CountDownLatch released) {
    try {
      released.await();
    } catch (InterruptedException stopped) {
      throw new TokenStoreException("stopped", stopped, true);
    }
  }

  @Test
  void gapOfAShardClearsItsTokensOnly() throws Exception {
    TokenCache cache = new TokenCache();
    for (IssuedToken token : tokens) {
      TokenId id = token.record().id();
      cache.put(cache.beginLoad(id), token.record());
    }
    TokenCache.LoadTicket early = cache.beginLoad(tokens[1].record().id());
    cache.invalidateAll(id -> store.shardOf(id) == 1);
    cache.put(early, tokens[1].record());

    assertThat(cache.contains(tokens[0].record().id())).isTrue();
    assertThat(cache.contains(tokens[1].record().id())).isFalse();
  }
}
