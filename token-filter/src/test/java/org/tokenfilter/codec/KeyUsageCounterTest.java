package org.tokenfilter.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.tokenfilter.codec.CraftedTokens.AUDIENCE;
import static org.tokenfilter.codec.CraftedTokens.CLAIMS;
import static org.tokenfilter.codec.CraftedTokens.key;
import static org.tokenfilter.keys.ContentEncryption.A128CBC_HS256;
import static org.tokenfilter.keys.ContentEncryption.A256CBC_HS512;
import static org.tokenfilter.keys.ContentEncryption.A256GCM;
import static org.tokenfilter.keys.ContentKey.State.ACCEPT;
import static org.tokenfilter.keys.ContentKey.State.ACTIVE;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.tokenfilter.keys.ContentEncryption;
import org.tokenfilter.keys.ContentKey;
import org.tokenfilter.keys.KeyRing;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.testsupport.LogLines;

/** NIST SP 800-38D, 8.3: the limit of uses of a key with random initialization vectors. */
class KeyUsageCounterTest {

  private static final int WARNING_THRESHOLD = 3;
  private static final int LIMIT = 5;

  private static final ContentKey GCM = key("k1", A256GCM, ACTIVE);

  private final AtomicReference<KeyRing> ring = new AtomicReference<>(KeyRing.of(List.of(GCM)));
  private final JweTokenCodec codec =
      new JweTokenCodec(
          ring::get, AUDIENCE, new SecureRandom(), new KeyUsageCounter(WARNING_THRESHOLD, LIMIT));

  @Test
  void sixteenNodesStayWithinTheNistLimit() {
    assertThat(KeyUsageCounter.MAX * 16).isEqualTo(1L << 32);
    assertThat(KeyUsageCounter.WARN_AT).isLessThan(KeyUsageCounter.MAX);
  }

  @Test
  void exhaustedKeyDecryptsButNoLongerEncrypts() throws Exception {
    List<String> tokens = encoded(LIMIT);
    for (int i = 0; i < 2; i++) {
      assertThatExceptionOfType(TokenStoreException.class)
          .isThrownBy(() -> codec.encode(CLAIMS))
          .withMessage(
              "key 'k1' has encrypted its maximum number of tokens: make another key active");
    }
    for (String token : tokens) {
      assertThat(codec.decode(token)).isEqualTo(CLAIMS);
    }
  }

  @Test
  void logsOnceBeforeAndOnceAtTheLimit() {
    try (LogLines log = new LogLines(KeyUsageCounter.class.getName())) {
      encoded(WARNING_THRESHOLD - 1);
      assertThat(log.take()).isEmpty();
      encoded(1);
      assertThat(log.take())
          .containsExactly(
              "WARN Key 'k1' (A256GCM) has encrypted 3 tokens on this node, which stops at 5: make"
                  + " another key active");
      encoded(LIMIT - WARNING_THRESHOLD);
      assertThat(log.take()).isEmpty();
      for (int i = 0; i < 5; i++) {
        assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> codec.encode(CLAIMS));
      }
      assertThat(log.take())
          .containsExactly(
              "ERROR Key 'k1' (A256GCM) has encrypted 5 tokens, the maximum on this node, which"
                  + " issues no more until another key is active");
    }
  }

  @Test
  void anotherKeyEncryptsWhileTheOldOneStaysExhausted() {
    encoded(LIMIT);
    ring.set(KeyRing.of(List.of(GCM.withState(ACCEPT), key("k2", A256GCM, ACTIVE))));
    encoded(LIMIT);
    ring.set(KeyRing.of(List.of(GCM)));
    assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> codec.encode(CLAIMS));
  }

  @Test
  void reloadedRingKeepsTheCount() {
    for (int i = 0; i < LIMIT; i++) {
      ring.set(KeyRing.of(List.of(key("k1", A256GCM, ACTIVE))));
      encoded(1);
    }
    ring.set(KeyRing.of(List.of(key("k1", A256GCM, ACTIVE))));
    assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> codec.encode(CLAIMS));
  }

  @Test
  void keysOfOtherEncryptionsAreNotCounted() {
    for (ContentEncryption encryption : List.of(A128CBC_HS256, A256CBC_HS512)) {
      ring.set(KeyRing.of(List.of(key("k1", encryption, ACTIVE))));
      assertThat(encoded(10 * LIMIT)).hasSize(10 * LIMIT);
    }
  }

  @Test
  void concurrentThreadsRespectTheLimit() throws Exception {
    int threads = 8;
    int each = 50;
    int most = 300;
    JweTokenCodec shared =
        new JweTokenCodec(ring::get, AUDIENCE, new SecureRandom(), new KeyUsageCounter(1, most));
    CyclicBarrier start = new CyclicBarrier(threads);
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Future<Integer>> made = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        made.add(
            executor.submit(
                () -> {
                  start.await();
                  return encodedByThread(shared, each);
                }));
      }
      int all = 0;
      for (Future<Integer> one : made) {
        all += one.get();
      }
      assertThat(all).isEqualTo(most);
    } finally {
      executor.shutdownNow();
    }
  }

  private static int encodedByThread(JweTokenCodec codec, int attempts) {
    int made = 0;
    for (int i = 0; i < attempts; i++) {
      try {
        codec.encode(CLAIMS);
        made++;
      } catch (TokenStoreException wornOut) {
        assertThat(wornOut.retryable()).isFalse();
      }
    }
    return made;
  }

  private List<String> encoded(int number) {
    List<String> tokens = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      tokens.add(codec.encode(CLAIMS));
    }
    return tokens;
  }
}
