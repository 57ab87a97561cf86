package org.tokenfilter.store;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;

/** Records for tests. */
final class Records {

  static final Duration IDLE = Duration.ofMinutes(30);

  private Records() {}

  /** Ids whose order is that of their numbers. */
  static TokenId id(int number) {
    return TokenId.of(ByteBuffer.allocate(TokenId.LENGTH).putInt(number).array());
  }

  /** Lives for half an hour after its last use. */
  static TokenRecord.Builder sliding(int number, Instant issuedAt) {
    return TokenRecord.builder(id(number), TokenKind.SESSION, "alice", issuedAt).idleTimeout(IDLE);
  }

  /** Never expires. */
  static TokenRecord.Builder lasting(int number, Instant issuedAt) {
    return TokenRecord.builder(id(number), TokenKind.OPEN, "alice", issuedAt);
  }
}
