package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.tokenfilter.codec.TokenClaims;
import org.tokenfilter.codec.TokenCodec;
import org.tokenfilter.notice.OperatorLog;
import org.tokenfilter.policy.CachePolicy;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.TokenRejectedException;

/** The memory of cached tokens, counted in bytes, so that the limits hold on any machine. */
class CachedTokenBytesTest {

  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00.123Z");
  private static final int ROUNDS = 5;
  private static final int REQUESTS = 20_000;
  private static final int MANY = 200_000;
  private static final int MAX_RETAINED_BYTES = 400;

  /**
   * The maximum for this part of a request, of 800 bytes in all. The decryption of the token and
   * the digest of the session id are measured elsewhere.
   */
  private static final int MAX_ALLOCATED_BYTES = 600;

  /** Returns a record that shares no object with another one, like a record from a database. */
  private static TokenRecord record(TokenKind kind, int number) {
    byte[] id = ByteBuffer.allocate(TokenId.LENGTH).putInt(number).putInt(number).array();
    String address = "192.0." + (number >> 8 & 0xff) + "." + (number & 0xff);
    return TokenRecord.builder(TokenId.of(id), kind, "user-" + number, NOON)
        .roles(Set.of("user", "editor"))
        .group("s:user-" + number)
        .client(address)
        .binding(String.valueOf(address.toCharArray()))
        .lastUsedAt(NOON.plusMillis(number))
        .idle(Duration.ofMinutes(30), NOON.plusSeconds(1800).plusMillis(number))
        .expiresAt(NOON.plusSeconds(86_400))
        .build();
  }

  @Test
  void cachedTokenRetainsFewBytes() {
    TokenCache cache = new TokenCache();
    fill(cache, 0, 100);
    long before = used();
    fill(cache, 100, MANY);
    long each = (used() - before) / (MANY - 100);

    assertThat(cache.size()).isEqualTo(MANY);
    assertThat(each).isPositive().isLessThanOrEqualTo(MAX_RETAINED_BYTES);
  }

  private static void fill(TokenCache cache, int from, int to) {
    for (int i = from; i < to; i++) {
      TokenRecord record = record(TokenKind.SESSION, i);
      cache.put(cache.beginLoad(record.id()), record);
    }
  }

  private static long used() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  @Test
  void requestOfACachedTokenAllocatesFewBytes() throws Exception {
    ServiceFixture fixture = new ServiceFixture();
    fixture.clock.set(NOON.plusSeconds(60));
    TokenRecord record = record(TokenKind.USER, 7);
    fixture.memory.insert(record, Limit.NONE, fixture.clock.instant());
    TokenClaims claims = TokenClaims.of(record, ServiceFixture.AUDIENCE);
    TokenCodec opened =
        new TokenCodec() {
          @Override
          public String encode(TokenClaims any) {
            throw new UnsupportedOperationException();
          }

          @Override
          public TokenClaims decode(String token) {
            return claims;
          }
        };
    AtomicLong nanos = new AtomicLong();
    TokenCache cache = new TokenCache();
    Freshness freshness = new Freshness(TestNode.LAG, fixture.clock, nanos::get);
    freshness.pollApplied(0, freshness.mark());
    RenewalBuffer buffer =
        new RenewalBuffer(cache, new CachePolicy(TestNode.LAG, null, Duration.ofSeconds(2)));
    CachingTokenStore cachingStore =
        new CachingTokenStore(
            fixture.memory,
            fixture.clock,
            freshness,
            cache,
            buffer,
            Duration.ofSeconds(2),
            System::nanoTime,
            new TokenStatistics(),
            new RememberedEnds(new EndedTokens(0), fixture.clock, new OperatorLog(nanos::get)));
    TokenValidator validator =
        new TokenValidator(
            cachingStore, opened, fixture.clock, TokenValidator.RoleLookup.LOGIN_ROLES);
    cachingStore.find(record.id(), fixture.clock.instant());
    ActiveToken used = new ActiveToken(record, null, fixture.clock.instant());
    assertThat(buffer.offer(used, fixture.clock.instant())).isTrue();

    PresentedToken presented =
        ServiceFixture.presented("any", ClientAddress.parse(String.valueOf(record.binding())));
    long made = allocated(validator, presented);
    assertThat(made).isPositive().isLessThanOrEqualTo(MAX_ALLOCATED_BYTES);
  }

  private static long allocated(TokenValidator validator, PresentedToken presented)
      throws TokenRejectedException {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long made = 0;
    for (int i = 0; i < ROUNDS; i++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int j = 0; j < REQUESTS; j++) {
        validator.validate(presented);
      }
      made = (threads.getCurrentThreadAllocatedBytes() - before) / REQUESTS;
    }
    return made;
  }
}
