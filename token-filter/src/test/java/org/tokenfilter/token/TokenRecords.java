package org.tokenfilter.token;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;

/** Token records for tests. */
public final class TokenRecords {

  public static final Instant ISSUED = Instant.parse("2026-03-01T10:00:00.789Z");
  public static final Duration IDLE = Duration.ofMinutes(30);

  private TokenRecords() {}

  public static TokenRecord.Builder of(TokenKind kind) {
    byte[] id = new byte[TokenId.LENGTH];
    Arrays.fill(id, (byte) kind.name().charAt(0));
    return TokenRecord.builder(TokenId.of(id), kind, "alice", ISSUED);
  }
}
