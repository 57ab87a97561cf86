package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.tokenfilter.store.tck.StoreFixture.IDLE;
import static org.tokenfilter.store.tck.StoreFixture.LONG_AGO;
import static org.tokenfilter.store.tck.StoreFixture.ids;
import static org.tokenfilter.store.tck.StoreFixture.renewal;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.DuplicateTokenException;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.TokenRecord;

/** S5 and S6: renewals extend live records, and nothing revives dead ones. */
interface RenewalClauses extends StoreUnderTest {

  @Test
  default void s05_renewMovesUseAndDeadlineForward() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord record = fixture.insert(fixture.sliding().expiresAt(fixture.now().plus(IDLE)));
    fixture.advance(Duration.ofMinutes(29));

    assertThat(store().renew(List.of(fixture.renewal(record)), fixture.now())).isEmpty();
    fixture.assertFound(record.renewed(fixture.renewal(record)));
  }

  @Test
  default void s05_renewNeverMovesBack() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord record = fixture.insert(fixture.sliding());
    Instant early = fixture.now();
    fixture.advance(Duration.ofMinutes(10));
    Instant late = fixture.now();
    TokenRecord renewed = record.renewed(renewal(record, late));

    assertThat(store().renew(List.of(renewal(record, late)), late)).isEmpty();
    assertThat(otherNode().renew(List.of(renewal(record, early)), late)).isEmpty();
    fixture.assertFound(renewed);
  }

  @Test
  default void s05_lastUseAndDeadlineMoveIndependently() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord record = fixture.insert(fixture.sliding());
    Instant deadline = fixture.now().plus(IDLE);
    Instant later = fixture.now().plusSeconds(60);

    store().renew(List.of(new Renewal(record.id(), later, deadline.minusSeconds(60))), later);
    fixture.assertFound(record.toBuilder().lastUsedAt(later).build());
    store().renew(List.of(new Renewal(record.id(), fixture.now(), deadline.plusSeconds(1))), later);
    fixture.assertFound(
        record.toBuilder().lastUsedAt(later).idle(IDLE, deadline.plusSeconds(1)).build());
  }

  @Test
  default void s05_recordWithoutIdleTimeoutChangesOnlyItsLastUse() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord record = fixture.insert(fixture.lasting());
    TokenRecord sliding = fixture.insert(fixture.sliding());
    fixture.advance(Duration.ofMinutes(1));

    assertThat(
            store()
                .renew(
                    List.of(
                        new Renewal(record.id(), fixture.now(), null),
                        new Renewal(sliding.id(), fixture.now(), null)),
                    fixture.now()))
        .isEmpty();
    fixture.assertFound(record.toBuilder().lastUsedAt(fixture.now()).build());
    fixture.assertFound(sliding.toBuilder().lastUsedAt(fixture.now()).build());
  }

  @Test
  default void s05_renewGoesByTheGivenTimeAndNotByTheUse() {
    StoreFixture fixture = new StoreFixture(this);
    Instant start = fixture.now();
    TokenRecord idle = fixture.insert(fixture.sliding());
    TokenRecord hard = fixture.insert(fixture.sliding().expiresAt(start.plus(IDLE)));
    TokenRecord open = fixture.insert(fixture.lasting().expiresAt(start.plus(IDLE)));
    List<TokenRecord> records = List.of(idle, hard, open);
    fixture.advance(IDLE);
    List<Renewal> uses = records.stream().map(record -> renewal(record, start)).toList();

    assertThat(store().renew(uses, fixture.now()))
        .containsExactlyInAnyOrderElementsOf(ids(records));
    fixture.assertUnchanged(idle, hard, open);
    assertThat(store().renew(uses, fixture.now().minusMillis(1))).isEmpty();
  }

  @Test
  default void s05_renewNamesTheDeadAndRenewsTheOthers() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord expired = fixture.insert(fixture.sliding());
    fixture.advance(IDLE);
    TokenRecord ended = fixture.revoke(fixture.insert(fixture.lasting()));
    TokenRecord unknown = fixture.lasting().build();
    TokenRecord live = fixture.insert(fixture.sliding());
    fixture.advance(Duration.ofMinutes(1));
    List<Renewal> uses = Stream.of(expired, live, ended, unknown).map(fixture::renewal).toList();

    assertThat(store().renew(uses, fixture.now()))
        .containsExactlyInAnyOrderElementsOf(ids(expired, ended, unknown));
    fixture.assertUnchanged(expired, ended);
    fixture.assertUnknown(unknown);
    fixture.assertFound(live.renewed(fixture.renewal(live)));
  }

  @Test
  default void s05_oneCallRenewsMany() {
    StoreFixture fixture = new StoreFixture(this);
    List<TokenRecord> records =
        IntStream.range(0, 1_200).mapToObj(number -> fixture.insert(fixture.sliding())).toList();
    TokenRecord dead = fixture.revoke(records.get(777));
    fixture.advance(Duration.ofMinutes(1));

    assertThat(store().renew(records.stream().map(fixture::renewal).toList(), fixture.now()))
        .containsExactly(dead.id());
    assertThat(fixture.live())
        .hasSize(1_199)
        .allMatch(record -> fixture.now().equals(record.lastUsedAt()));
    assertThat(store().renew(List.of(), fixture.now())).isEmpty();
  }

  @Test
  default void s06_nothingRevivesARevokedRecord() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord ended = fixture.revoke(fixture.insert(fixture.sliding()));

    assertThat(store().renew(List.of(fixture.renewal(ended)), fixture.now()))
        .containsExactly(ended.id());
    assertThat(fixture.replace(store(), ended, fixture.sliding().build())).isFalse();
    assertThatExceptionOfType(DuplicateTokenException.class)
        .isThrownBy(
            () ->
                store().insert(fixture.lastingWith(ended.id()).build(), Limit.NONE, fixture.now()));
    StoreFixture.sweepOnce(store(), fixture.now(), LONG_AGO, 100);

    fixture.assertUnchanged(ended);
    assertThat(fixture.live()).isEmpty();
  }

  @Test
  default void s06_nothingRevivesAnExpiredRecord() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord expired = fixture.insert(fixture.sliding());
    fixture.advance(IDLE);

    assertThat(store().renew(List.of(fixture.renewal(expired)), fixture.now()))
        .containsExactly(expired.id());
    assertThat(fixture.replace(store(), expired, fixture.sliding().build())).isFalse();

    fixture.assertUnchanged(expired);
    assertThat(fixture.live()).isEmpty();
  }
}
