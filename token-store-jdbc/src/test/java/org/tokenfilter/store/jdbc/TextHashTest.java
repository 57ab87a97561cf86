package org.tokenfilter.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

class TextHashTest {

  /** The expected values are from {@code sha256sum}. */
  @Test
  void hashIsTheStartOfTheSha256Digest() {
    assertThat(TextHash.of("alice")).isEqualTo(0x2bd806c9);
    assertThat(TextHash.of("\u00e1")).isEqualTo(0xfb977871);
  }

  @Test
  void textsWithTheSameHashAreDistinguished() {
    JdbcDataSource database = new JdbcDataSource();
    database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
    Instant now = Instant.ofEpochMilli(1_000_000);
    String two = "";
    Map<Integer, String> names = new HashMap<>();
    String one = null;
    for (int number = 0; one == null; number++) {
      two = "user-" + number;
      one = names.put(TextHash.of(two), two);
    }
    TokenRecord first = record(1, one, now);
    TokenRecord second = record(2, two, now);
    Limit single = new Limit(1, Limit.Policy.EVICT_OLDEST);
    try (TokenStore store = JdbcTokenStore.builder(database).open()) {
      assertThat(store.insert(first, single, now).evicted()).isEmpty();
      assertThat(store.insert(second, single, now).evicted()).isEmpty();
      assertThat(store.list(one, now, null, 9)).containsExactly(first);
      assertThat(store.list(two, now, null, 9)).containsExactly(second);
      Selection all = Selection.ofSubject(one);
      assertThat(store.revokeAll(all, Revocation.of(RevocationReason.CLOSED, now), 9))
          .containsExactly(first.id());
    }
  }

  /** Returns a record whose group is its subject, so that the groups have the same hash, too. */
  private static TokenRecord record(int number, String subject, Instant now) {
    byte[] id = new byte[TokenId.LENGTH];
    id[0] = (byte) number;
    return TokenRecord.builder(TokenId.of(id), TokenKind.OPEN, subject, now).group(subject).build();
  }
}
