package org.tokenfilter.store.base;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Confirmation;
import org.tokenfilter.store.ExternalId;
import org.tokenfilter.store.Origin;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;

/** A generator of records of every shape: each component null, empty, usual or at its limit. */
final class RandomRecords {

  private static final List<String> PIECES =
      List.of("a", "Z", "é", "ß", "水", "\uD83D\uDE00", " ", "\u0001", "\uFFFF", "\u0301");

  private final Random random;

  RandomRecords(Random random) {
    this.random = random;
  }

  TokenRecord record() {
    TokenKind kind = oneOf(List.of(TokenKind.values()));
    TokenRecord.Builder record =
        TokenRecord.builder(id(), kind, text(1, 255), time())
            .lastUsedAt(time())
            .group(orNull(() -> text(0, 512)))
            .parent(orNull(this::id))
            .client(orNull(() -> text(0, 255)))
            .binding(orNull(() -> text(0, 255)))
            .expiresAt(orNull(this::time))
            .revocation(orNull(this::revocation))
            .details(details());
    if (random.nextBoolean()) {
      record.idle(Duration.ofMillis(random.nextLong() >> random.nextInt(63)), time());
    }
    return record.build();
  }

  private TokenDetails details() {
    ExternalId session = orNull(() -> new ExternalId(text(1, 255), text(1, 255)));
    ExternalId account = orNull(() -> new ExternalId(text(1, 255), text(1, 255)));
    Set<String> roles = new HashSet<>();
    for (int i = random.nextInt(4) * random.nextInt(20); i > 0; i--) {
      roles.add(text(0, 40));
    }
    return new TokenDetails(
        random.nextBoolean() ? 0 : random.nextLong(),
        roles,
        map(),
        orNull(() -> new Confirmation(oneOf(List.of(Confirmation.Method.values())), text(1, 250))),
        orNull(this::time),
        orNull(() -> text(0, 255)),
        session == null && account == null ? null : new Origin(session, account),
        orNull(() -> text(0, 64)),
        map());
  }

  private Map<String, String> map() {
    Map<String, String> map = new HashMap<>();
    for (int i = random.nextInt(3) * random.nextInt(6); i > 0; i--) {
      map.put(text(0, 30), text(0, 200));
    }
    return map;
  }

  private Revocation revocation() {
    RevocationReason reason = oneOf(List.of(RevocationReason.values()));
    TokenId successor = reason == RevocationReason.REPLACED ? orNull(this::id) : null;
    return new Revocation(time(), reason, successor);
  }

  private Instant time() {
    return switch (random.nextInt(8)) {
      case 0 -> Instant.MIN;
      case 1 -> Instant.MAX;
      case 2 -> Instant.EPOCH;
      case 3 -> Instant.ofEpochMilli(-1 - random.nextInt(3000));
      default -> Instant.ofEpochMilli(random.nextLong() >> random.nextInt(40));
    };
  }

  private TokenId id() {
    byte[] bytes = new byte[TokenId.LENGTH];
    random.nextBytes(bytes);
    return TokenId.of(bytes);
  }

  /** Returns a text of a length between two, in UTF-16 code units; at times the longest one. */
  private String text(int min, int max) {
    int length = random.nextInt(5) == 0 ? max : min + random.nextInt(Math.min(max, 20) - min + 1);
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      String piece = oneOf(PIECES);
      text.append(text.length() + piece.length() > length ? "x" : piece);
    }
    return text.toString();
  }

  private <T> T oneOf(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }

  private <T> @Nullable T orNull(Supplier<T> value) {
    return random.nextInt(3) == 0 ? null : value.get();
  }
}
