package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;

/** S15: records are returned exactly as stored, to the millisecond and to the bit. */
interface FidelityClauses extends StoreUnderTest {

  @Test
  default void s15_everyComponentComesBack() {
    StoreFixture fixture = new StoreFixture(this);
    Instant now = fixture.now();
    TokenRecord parent = fixture.insert(fixture.lasting());

    for (TokenKind kind : TokenKind.values()) {
      TokenRecord full =
          fixture.insert(
              TokenRecord.builder(StoreFixture.newId(), kind, fixture.subject, now)
                  .roles(Set.of("admin", "r\u00f4le, with \"signs\"; and\ta tab"))
                  .group(fixture.group)
                  .parent(parent.id())
                  .client("2001:db8::1")
                  .binding("2001:db8::/64")
                  .lastUsedAt(now.plusMillis(1))
                  .idle(Duration.ofMillis(1_800_001), now.plusMillis(1_800_002))
                  .expiresAt(now.plusMillis(86_400_003))
                  .attributes(Map.of("tenant", "7", "empty", "", "", "no name")));
      TokenRecord bare =
          fixture.insert(TokenRecord.builder(StoreFixture.newId(), kind, fixture.subject, now));
      fixture.assertUnchanged(full, bare);
    }
  }

  @Test
  @ResourceLock(Resources.TIME_ZONE)
  default void s15_timesComeBackToTheMillisecondWhateverTheZone() {
    StoreFixture fixture = new StoreFixture(this);
    TimeZone usual = TimeZone.getDefault();
    // In New York some of these are in a gap or overlap of local times; some are far in the future.
    List<Instant> times =
        Stream.of(
                "2097-03-10T02:30:00.001Z",
                "2097-11-03T05:30:00.999Z",
                "2097-11-03T06:30:00.999Z",
                "2999-12-31T23:59:59.997Z")
            .map(Instant::parse)
            .toList();
    try {
      TimeZone.setDefault(TimeZone.getTimeZone("America/New_York"));
      List<TokenRecord> records =
          times.stream().map(time -> fixture.insert(allTimes(fixture, time))).toList();
      TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kathmandu"));
      fixture.assertUnchanged(records.toArray(TokenRecord[]::new));
      assertThat(fixture.live()).containsExactlyInAnyOrderElementsOf(records);
    } finally {
      TimeZone.setDefault(usual);
    }
  }

  @Test
  default void s15_revocationComesBackToTheMillisecond() {
    StoreFixture fixture = new StoreFixture(this);

    for (RevocationReason reason : RevocationReason.values()) {
      TokenRecord record = fixture.insert(fixture.lasting());
      TokenId successor = reason == RevocationReason.REPLACED ? StoreFixture.newId() : null;
      Revocation revocation = new Revocation(fixture.now().plusMillis(7), reason, successor);
      store().revoke(record.id(), revocation);
      fixture.assertFound(record.revoked(revocation));
    }
  }

  @Test
  default void s15_idsDifferByEveryBit() {
    StoreFixture fixture = new StoreFixture(this);
    byte[] bytes = StoreFixture.newId().bytes();
    List<TokenRecord> records =
        IntStream.range(0, TokenId.LENGTH * 8)
            .mapToObj(bit -> fixture.insert(fixture.lastingWith(flipped(bytes, bit))))
            .toList();

    assertThat(fixture.live()).containsExactlyInAnyOrderElementsOf(records);
    assertThat(store().find(TokenId.of(bytes))).isEmpty();
    fixture.assertUnchanged(records.get(0), records.get(100), records.get(255));
    assertThat(store().revoke(records.get(0).id(), fixture.closedNow())).hasSize(1);
  }

  @Test
  default void s15_idsDifferByTheCaseOfTheirText() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord upper = fixture.insert(fixture.lastingWith(TokenId.parse("ABC" + tail())));
    TokenRecord lower =
        fixture.insert(
            fixture.lastingWith(TokenId.parse("abc" + upper.id().toString().substring(3))));

    fixture.assertUnchanged(upper, lower);
    assertThat(store().revoke(lower.id(), fixture.closedNow())).containsExactly(lower.id());
    fixture.assertUnchanged(upper);
  }

  private static String tail() {
    return StoreFixture.newId().toString().substring(3);
  }

  private static TokenRecord.Builder allTimes(StoreFixture fixture, Instant time) {
    return fixture
        .lastingSince(time)
        .idle(Duration.ofDays(1), time.plusMillis(1))
        .expiresAt(time.plusMillis(2));
  }

  private static TokenId flipped(byte[] bytes, int bit) {
    byte[] other = bytes.clone();
    other[bit / 8] ^= (byte) (1 << bit % 8);
    return TokenId.of(other);
  }
}
