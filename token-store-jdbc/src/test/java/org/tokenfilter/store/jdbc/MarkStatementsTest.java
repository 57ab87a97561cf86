package org.tokenfilter.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.UUID;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.TokenStore;

class MarkStatementsTest {

  private final Instant now = Instant.parse("2026-03-01T10:00:00Z");

  @Test
  void marksMayLastForever() {
    JdbcDataSource database = new JdbcDataSource();
    database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
    try (TokenStore store = JdbcTokenStore.builder(database).open()) {
      assertThat(store.mark("forever", Instant.MAX, now)).isTrue();
      assertThat(store.marked("forever", now)).isTrue();
      assertThat(store.mark("forever", Instant.MAX, now)).isFalse();
    }
  }
}
