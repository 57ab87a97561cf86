package org.tokenfilter.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

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
import org.tokenfilter.token.ObjectPool;

class OpenersTest {

  private static final byte[] HEADER = {1};
  private static final byte[] CONTENT = {3};
  private static final CompactJwe TOKEN = new CompactJwe("AA", "BBBB", "CCCC", "DDDD");

  /** The bytes of the token's last three parts. */
  private static final byte[] SEALED = Base64.getUrlDecoder().decode("BBBBCCCCDDDD");

  private final AtomicInteger made = new AtomicInteger();

  /** The behaviour of a decrypter. */
  private interface Way {
    byte @Nullable [] open() throws Exception;
  }

  @Test
  void anOpenerIsUsedAgainWhetherTheTokenWasGoodOrNot() throws Exception {
    DecrypterPool decrypters = openers(() -> CONTENT);
    assertThat(decrypters.decrypt(HEADER, TOKEN, CraftedTokens.BYTES)).isEqualTo(CONTENT);
    assertThat(decrypters.decrypt(HEADER, TOKEN, CraftedTokens.BYTES)).isEqualTo(CONTENT);
    assertThat(made).hasValue(1);
    DecrypterPool refusing = openers(() -> null);
    assertThat(refusing.decrypt(HEADER, TOKEN, CraftedTokens.BYTES)).isNull();
    assertThat(refusing.decrypt(HEADER, TOKEN, CraftedTokens.BYTES)).isNull();
    assertThat(made).hasValue(2);
  }

  @Test
  void anOpenerThatHasThrownIsNotUsedAgain() {
    DecrypterPool decrypters =
        openers(
            () -> {
              throw new GeneralSecurityException("forged");
            });
    for (int i = 1; i <= 3; i++) {
      assertThatExceptionOfType(GeneralSecurityException.class)
          .isThrownBy(() -> decrypters.decrypt(HEADER, TOKEN, CraftedTokens.BYTES))
          .withMessage("forged");
      assertThat(made).hasValue(i);
    }
    DecrypterPool broken =
        openers(
            () -> {
              throw new ProviderException("broken");
            });
    for (int i = 4; i <= 6; i++) {
      assertThatExceptionOfType(ProviderException.class)
          .isThrownBy(() -> broken.decrypt(HEADER, TOKEN, CraftedTokens.BYTES));
      assertThat(made).hasValue(i);
    }
  }

  @Test
  void noMoreAreMadeThanThereAreTokensAtOnceAndNoMoreAreKeptThanThereIsRoom() throws Exception {
    int more = 8;
    int threads = ObjectPool.CAPACITY + more;
    CyclicBarrier allAreOpening = new CyclicBarrier(threads);
    DecrypterPool decrypters =
        openers(
            () -> {
              allAreOpening.await(30, TimeUnit.SECONDS);
              return CONTENT;
            });
    allAtOnce(threads, () -> decrypters.decrypt(HEADER, TOKEN, CraftedTokens.BYTES));
    assertThat(made).hasValue(threads);
    allAtOnce(threads, () -> decrypters.decrypt(HEADER, TOKEN, CraftedTokens.BYTES));
    assertThat(made).hasValue(threads + more);
  }

  @Test
  void noOpenerServesTwoThreadsAtATime() throws Exception {
    int threads = 8;
    DecrypterPool decrypters = openers(() -> CONTENT);
    CyclicBarrier start = new CyclicBarrier(threads);
    allAtOnce(
        threads,
        () -> {
          start.await(30, TimeUnit.SECONDS);
          for (int i = 0; i < 20_000; i++) {
            decrypters.decrypt(HEADER, TOKEN, CraftedTokens.BYTES);
          }
          return CONTENT;
        });
    assertThat(made.get()).isBetween(1, threads);
  }

  /** Returns a pool of decrypters that fail the test if two threads use one of them at once. */
  private DecrypterPool openers(Way way) {
    return new DecrypterPool(
        () -> {
          made.incrementAndGet();
          AtomicBoolean busy = new AtomicBoolean();
          return (header, parts, length, content) -> {
            assertThat(Arrays.copyOf(parts, length)).isEqualTo(SEALED);
            if (!busy.compareAndSet(false, true)) {
              throw new AssertionError("it serves another thread");
            }
            try {
              byte[] opened = way.open();
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

  private static void allAtOnce(int threads, Way way) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        all.add(executor.submit(way::open));
      }
      for (Future<?> each : all) {
        assertThat(each.get(60, TimeUnit.SECONDS)).isEqualTo(CONTENT);
      }
    } finally {
      executor.shutdownNow();
    }
  }
}
