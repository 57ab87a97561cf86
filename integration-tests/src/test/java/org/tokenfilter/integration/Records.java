package org.tokenfilter.integration;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;

/** Records whose ids differ in the value of their bytes. */
final class Records {

  private Records() {}

  static TokenId id(byte number) {
    byte[] bytes = new byte[TokenId.LENGTH];
    Arrays.fill(bytes, number);
    return TokenId.of(bytes);
  }

  /** Returns an open token of alice that expires in an hour. */
  static TokenRecord open(byte number, Instant now) {
    return TokenRecord.builder(id(number), TokenKind.OPEN, "alice", now)
        .expiresAt(now.plus(Duration.ofHours(1)))
        .build();
  }
}
