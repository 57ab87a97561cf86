package org.tokenfilter.store;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;

/** Builders of records for tests. */
final class Records {

  static final Duration IDLE = Duration.ofMinutes(30);

  private Records() {}

  /** Returns an id; ids sort as their numbers do. */
  static TokenId id(int number) {
    return TokenId.of(ByteBuffer.allocate(TokenId.LENGTH).putInt(number).array());
  }

  /** Returns a builder of a record that expires half an hour after its last use. */
  static TokenRecord.Builder sliding(int number, Instant issuedAt) {
    return TokenRecord.builder(id(number), TokenKind.SESSION, "alice", issuedAt).idleTimeout(IDLE);
  }

  /** Returns a builder of a record that never expires. */
  static TokenRecord.Builder lasting(int number, Instant issuedAt) {
    return TokenRecord.builder(id(number), TokenKind.OPEN, "alice", issuedAt);
  }
}
