package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tokenfilter.policy.CachePolicy;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.ActiveToken;

/** The bound in bytes on the memory of a node, and a comparison of its estimate with the heap. */
class CacheMemoryTest {

  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00.123Z");
  private static final long PLENTY = 1L << 40;
  private static final int KIBI = 1024;

  /** Kinds of records. */
  private enum Shape {
    SMALL(40_000),
    OWN_ATTRIBUTES(2_000),
    MANY_ATTRIBUTES(2_000),
    WIDE_CHARACTERS(2_000),
    OWN_ROLES(2_000),
    SHARED_ROLES(40_000);

    private final int number;

    Shape(int number) {
      this.number = number;
    }

    TokenRecord record(int number) {
      byte[] id = ByteBuffer.allocate(TokenId.LENGTH).putInt(number).putInt(number).array();
      String address = "192.0." + (number >> 8 & 0xff) + "." + (number & 0xff);
      TokenRecord.Builder record =
          TokenRecord.builder(TokenId.of(id), TokenKind.SESSION, "user-" + number, NOON)
              .roles(Set.of("user", "editor"))
              .group("s:user-" + number)
              .client(address)
              .binding(String.valueOf(address.toCharArray()))
              .idle(Duration.ofMinutes(30), NOON.plusSeconds(1800).plusMillis(number))
              .expiresAt(NOON.plusSeconds(86_400));
      switch (this) {
        case OWN_ATTRIBUTES -> record.attributes(Map.of("note", textOf(number, 8_000)));
        case MANY_ATTRIBUTES -> {
          Map<String, String> parts = new java.util.HashMap<>();
          for (int i = 0; i < 100; i++) {
            parts.put("name-" + i, textOf(number, 60));
          }
          record.attributes(parts);
        }
        case WIDE_CHARACTERS -> record.attributes(Map.of("note", "\u20ac".repeat(2_600) + number));
        case OWN_ROLES -> record.roles(Set.of(textOf(number, 200), textOf(-number, 250)));
        case SHARED_ROLES -> record.roles(Set.of(textOf(1, 200), textOf(2, 250)));
        default -> {}
      }
      return record.build();
    }
  }

  private static String textOf(int number, int length) {
    String name = number + "-";
    return name + "x".repeat(length - name.length());
  }

  @ParameterizedTest
  @EnumSource
  void estimateOfCachedTokensIsCloseToTheHeap(Shape shape) {
    TokenCache cache = new TokenCache(PLENTY);
    fill(cache, shape, 0, 100);
    long before = used();
    long estimatedBefore = cache.bytes();
    fill(cache, shape, 100, shape.number);
    double measured = used() - before;
    double estimated = cache.bytes() - estimatedBefore;

    assertThat(cache.size()).isEqualTo(shape.number);
    assertThat(estimated / measured)
        .as("%s: %.0f B each", shape, measured / shape.number)
        .isBetween(0.85, 1.3);
  }

  @ParameterizedTest
  @EnumSource
  void cachedTokensStayWithinTheirBudget(Shape shape) {
    long budget = 2L * KIBI * KIBI;
    TokenCache cache = new TokenCache(budget);
    fill(cache, shape, 0, 50);
    long before = used();
    fill(cache, shape, 50, 2 * shape.number);

    assertThat(cache.bytes()).isBetween(budget / 2, budget + budget / 16);
    assertThat(used() - before).isLessThan(budget + budget / 3);
    assertThat(cache.size()).isLessThan(shape.number);
  }

  /** A shared value is released with the last token that refers to it. */
  @Test
  void unreferencedValuesTakeNoMemory() {
    TokenCache cache = new TokenCache(PLENTY);
    for (Shape shape : Shape.values()) {
      fill(cache, shape, 0, 500);
      for (int i = 0; i < 500; i++) {
        cache.invalidate(shape.record(i).id());
      }
      assertThat(cache.bytes()).as(shape.name()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void usesBeyondTheBudgetAreWrittenAtOnce(Shape shape) {
    TokenCache cache = new TokenCache(PLENTY);
    long budget = KIBI * KIBI;
    RenewalBuffer buffer =
        new RenewalBuffer(
            cache, new CachePolicy(TestNode.LAG, TestNode.INTERVAL, TestNode.SECOND), budget);
    List<ActiveToken> refused = new ArrayList<>();
    long before = used();
    int noted = 0;
    for (int i = 0; i < 10_000; i++) {
      ActiveToken used = new ActiveToken(shape.record(i), null, NOON);
      if (buffer.offer(used, NOON)) {
        noted++;
      } else {
        refused.add(used);
      }
    }
    assertThat(noted).isEqualTo(buffer.size()).isLessThan(10_000);
    assertThat(buffer.isFull()).isTrue();
    refused.subList(1, refused.size()).clear();
    assertThat(used() - before).isLessThan(2 * budget);

    for (int i = 0; i < noted; i++) {
      buffer.remove(shape.record(i).id());
    }
    assertThat(buffer.isFull()).isFalse();
    assertThat(buffer.offer(refused.get(0), NOON)).isTrue();
  }

  private static void fill(TokenCache cache, Shape shape, int from, int to) {
    for (int i = from; i < to; i++) {
      TokenRecord record = shape.record(i);
      cache.put(cache.beginLoad(record.id()), record);
    }
  }

  private static long used() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
