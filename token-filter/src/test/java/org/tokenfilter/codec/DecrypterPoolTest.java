package org.tokenfilter.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.tokenfilter.codec.CraftedTokens.bytes;

import java.security.GeneralSecurityException;
import java.security.ProviderException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DecrypterPoolTest {

  private static final byte[] HEADER = {1};
  private static final byte[] CONTENT = {3};
  private static final CompactJwe TOKEN = new CompactJwe("AA", "BBBB", "CCCC", "DDDD");

  /** The bytes of the token's last three parts. */
  private static final byte[] ENCRYPTED = Base64.getUrlDecoder().decode("BBBBCCCCDDDD");

  private final AtomicInteger created = new AtomicInteger();

  /** The behaviour of a decrypter. */
  private interface Decryption {
    byte @Nullable [] run() throws Exception;
  }

  @Test
  void reusesDecrypterAfterValidAndInvalidTokens() throws Exception {
    DecrypterPool decrypters = decrypterPool(() -> CONTENT);
    assertThat(bytes(decrypters.decrypt(HEADER, TOKEN))).isEqualTo(CONTENT);
    assertThat(bytes(decrypters.decrypt(HEADER, TOKEN))).isEqualTo(CONTENT);
    assertThat(created).hasValue(1);
    DecrypterPool refusing = decrypterPool(() -> null);
    assertThat(bytes(refusing.decrypt(HEADER, TOKEN))).isNull();
    assertThat(bytes(refusing.decrypt(HEADER, TOKEN))).isNull();
    assertThat(created).hasValue(2);
  }

  @Test
  void dropsDecrypterThatHasThrown() {
    DecrypterPool decrypters =
        decrypterPool(
            () -> {
              throw new GeneralSecurityException("forged");
            });
    for (int i = 1; i <= 3; i++) {
      assertThatExceptionOfType(GeneralSecurityException.class)
          .isThrownBy(() -> bytes(decrypters.decrypt(HEADER, TOKEN)))
          .withMessage("forged");
      assertThat(created).hasValue(i);
    }
    DecrypterPool broken =
        decrypterPool(
            () -> {
              throw new ProviderException("broken");
            });
    for (int i = 4; i <= 6; i++) {
      assertThatExceptionOfType(ProviderException.class)
          .isThrownBy(() -> bytes(broken.decrypt(HEADER, TOKEN)));
      assertThat(created).hasValue(i);
    }
  }

  @Test
  void createsAndKeepsBoundedNumberOfDecrypters() throws Exception {
    int more = 8;
    int threads = ObjectPool.CAPACITY + more;
    CyclicBarrier allAreOpening = new CyclicBarrier(threads);
    DecrypterPool decrypters =
        decrypterPool(
            () -> {
              allAreOpening.await(30, TimeUnit.SECONDS);
              return CONTENT;
            });
    runConcurrently(threads, () -> bytes(decrypters.decrypt(HEADER, TOKEN)));
    assertThat(created).hasValue(threads);
    runConcurrently(threads, () -> bytes(decrypters.decrypt(HEADER, TOKEN)));
    assertThat(created).hasValue(threads + more);
  }

  @Test
  void noDecrypterServesTwoThreadsAtOnce() throws Exception {
    int threads = 8;
    DecrypterPool decrypters = decrypterPool(() -> CONTENT);
    CyclicBarrier start = new CyclicBarrier(threads);
    runConcurrently(
        threads,
        () -> {
          start.await(30, TimeUnit.SECONDS);
          for (int i = 0; i < 20_000; i++) {
            bytes(decrypters.decrypt(HEADER, TOKEN));
          }
          return CONTENT;
        });
    assertThat(created.get()).isBetween(1, threads);
  }

  /** Returns a pool of decrypters that fail the test if two threads use one of them at once. */
  private DecrypterPool decrypterPool(Decryption way) {
    return new DecrypterPool(
        () -> {
          created.incrementAndGet();
          AtomicBoolean busy = new AtomicBoolean();
          return (header, parts, length, content) -> {
            assertThat(Arrays.copyOf(parts, length)).isEqualTo(ENCRYPTED);
            if (!busy.compareAndSet(false, true)) {
              throw new AssertionError("it serves another thread");
            }
            try {
              byte[] opened = way.run();
              if (opened == null) {
                return ContentDecrypter.NOT_AUTHENTIC;
              }
              System.arraycopy(opened, 0, content, 0, opened.length);
              return opened.length;
            } catch (GeneralSecurityException | RuntimeException e) {
              throw e;
            } catch (Exception e) {
              throw new AssertionError(e);
            } finally {
              busy.set(false);
            }
          };
        });
  }

  private static void runConcurrently(int threads, Decryption way) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        all.add(executor.submit(way::run));
      }
      for (Future<?> each : all) {
        assertThat(each.get(60, TimeUnit.SECONDS)).isEqualTo(CONTENT);
      }
    } finally {
      executor.shutdownNow();
    }
  }
}
