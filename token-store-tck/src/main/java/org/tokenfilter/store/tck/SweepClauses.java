package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.store.tck.StoreFixture.IDLE;
import static org.tokenfilter.store.tck.StoreFixture.LONG_AGO;
import static org.tokenfilter.store.tck.StoreFixture.ids;
import static org.tokenfilter.store.tck.StoreFixture.reason;
import static org.tokenfilter.store.tck.StoreFixture.renewal;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;

/** S13: the records that a sweep revokes, deletes and leaves. */
interface SweepClauses extends StoreUnderTest {

  @Test
  default void s13_expiredRecordsAreRevokedAndNamed() {
    StoreFixture fixture = new StoreFixture(this);
    fixture.assumeThatSweepsFindAll();
    Instant deadline = fixture.now().plus(IDLE);
    TokenRecord idle = fixture.insert(fixture.sliding());
    TokenRecord hard = fixture.insert(fixture.lasting().expiresAt(deadline));
    TokenRecord child = fixture.insert(fixture.lasting().parent(idle.id()));
    TokenRecord onTime = fixture.insert(fixture.lasting().expiresAt(deadline.plusMillis(1)));
    TokenRecord lasting = fixture.insert(fixture.lasting());
    TokenRecord ended = fixture.revoke(fixture.insert(fixture.sliding()));

    assertThat(fixture.sweep(deadline, LONG_AGO)).doesNotContainAnyElementsOf(ids(idle, hard));
    fixture.assertUnchanged(idle, hard);
    assertThat(fixture.sweep(deadline.plusMillis(1), LONG_AGO))
        .contains(idle.id(), hard.id(), child.id())
        .doesNotContain(onTime.id(), lasting.id(), ended.id());
    assertThat(Stream.of(idle, hard, child).map(fixture::find))
        .extracting(StoreFixture::reason)
        .containsOnly(RevocationReason.EXPIRED);
    fixture.assertUnchanged(onTime, lasting, ended);
    assertThat(fixture.sweep(deadline.plusMillis(1), LONG_AGO))
        .doesNotContain(idle.id(), hard.id(), child.id());
  }

  @Test
  default void s13_renewedRecordIsRevokedOnlyAfterItsNewDeadline() {
    StoreFixture fixture = new StoreFixture(this);
    fixture.assumeThatSweepsFindAll();
    TokenRecord record = fixture.insert(fixture.sliding());
    Instant start = fixture.now();
    fixture.advance(Duration.ofMinutes(20));
    store().renew(List.of(fixture.renewal(record)), fixture.now());
    TokenRecord renewed = record.renewed(fixture.renewal(record));
    fixture.advance(Duration.ofMinutes(29));

    assertThat(fixture.sweep(start.plus(IDLE).plusMillis(1), LONG_AGO)).doesNotContain(record.id());
    assertThat(fixture.sweep(fixture.now(), LONG_AGO)).doesNotContain(record.id());
    fixture.assertUnchanged(renewed);
    fixture.advance(Duration.ofMinutes(2));
    assertThat(fixture.sweep(fixture.now(), LONG_AGO)).contains(record.id());
  }

  @Test
  default void s13_onlyRecordsDeadBeforeTheGivenTimeAreDeleted() {
    StoreFixture fixture = new StoreFixture(this);
    fixture.assumeThatSweepsFindAll();
    Instant start = fixture.now();
    TokenRecord dead = fixture.revoke(fixture.insert(fixture.sliding()));
    TokenRecord unused = fixture.insert(fixture.sliding().expiresAt(start));
    TokenRecord overdue = fixture.insert(fixture.lasting().expiresAt(start));
    TokenRecord endedLater = revokedAt(fixture, start.plusMillis(1));
    TokenRecord live = fixture.insert(fixture.sliding());
    TokenRecord lasting = fixture.insert(fixture.lasting());
    store().revoke(overdue.id(), Revocation.of(RevocationReason.CLOSED, start.plusSeconds(60)));
    TokenRecord overdueEnded = fixture.find(overdue);

    fixture.sweep(start.plusMillis(1), start);
    assertThat(fixture.find(unused).liveAt(LONG_AGO)).isFalse();
    fixture.assertUnchanged(dead, overdueEnded, endedLater, live, lasting);

    fixture.sweep(start.plusMillis(1), start.plusMillis(1));
    Stream.of(dead, unused).forEach(fixture::assertUnknown);
    fixture.assertUnchanged(endedLater, live, lasting);

    // A store that schedules a revoked record by its revocation now visits the overdue one.
    fixture.sweep(start.plusSeconds(61), start.plusSeconds(61));
    Stream.of(overdueEnded, endedLater).forEach(fixture::assertUnknown);
    fixture.assertUnchanged(live, lasting);
  }

  @Test
  default void s13_recordThatExpiredLongAgoIsRevokedAndDeleted() {
    StoreFixture fixture = new StoreFixture(this);
    fixture.assumeThatSweepsFindAll();
    TokenRecord record = fixture.insert(fixture.sliding());
    Instant late = fixture.now().plus(IDLE).plusSeconds(60);

    assertThat(fixture.sweep(late, late)).contains(record.id());
    fixture.assertUnknown(record);
  }

  @Test
  default void s13_renewedThenRevokedRecordIsDeletedAfterItsRetention() {
    StoreFixture fixture = new StoreFixture(this);
    fixture.assumeThatSweepsFindAll();
    TokenRecord record = fixture.insert(fixture.sliding());
    TokenRecord expired = fixture.insert(fixture.sliding());
    fixture.advance(Duration.ofMinutes(20));
    store().renew(List.of(fixture.renewal(record), fixture.renewal(expired)), fixture.now());
    fixture.advance(Duration.ofMinutes(15));
    // A sweep at the first deadline visits both records, and looks at them again at the second.
    fixture.sweep(fixture.now(), LONG_AGO);
    Instant ended = fixture.now();
    TokenRecord revoked = record.renewed(renewal(record, ended.minus(Duration.ofMinutes(15))));
    fixture.assertFound(revoked);
    revoked = fixture.revoke(revoked);
    TokenRecord live = fixture.find(expired);

    fixture.sweep(ended, ended);
    fixture.assertUnchanged(revoked, live);
    fixture.sweep(ended, ended.plusMillis(1));
    fixture.assertUnknown(revoked);
    fixture.assertUnchanged(live);
    Instant deadline = Objects.requireNonNull(live.deadline());
    assertThat(fixture.sweep(deadline.plusMillis(1), deadline)).contains(live.id());
    assertThat(reason(fixture.find(live))).isEqualTo(RevocationReason.EXPIRED);
    fixture.sweep(deadline.plusMillis(1), deadline.plusMillis(1));
    fixture.assertUnknown(live);
  }

  @Test
  default void s13_eachCallChecksABoundedNumberAndReportsMore() {
    StoreFixture fixture = new StoreFixture(this);
    fixture.assumeThatSweepsFindAll();
    Instant late = fixture.now().plus(IDLE).plusSeconds(60);
    fixture.sweep(late, late);
    Set<TokenId> due = new HashSet<>();
    for (int number = 0; number < 7; number++) {
      due.add(fixture.insert(fixture.sliding()).id());
    }

    assertThat(sweepSome(late, due).more()).isTrue();
    for (int call = 0; call < 100 && !due.isEmpty(); call++) {
      sweepSome(late, due);
    }
    assertThat(due).isEmpty();
    fixture.sweep(late, late);
    assertThat(fixture.live()).isEmpty();
    assertThat(StoreFixture.sweepOnce(store(), late, late, 3))
        .isEqualTo(new SweepResult(List.of(), 0, false));
  }

  private SweepResult sweepSome(Instant late, Set<TokenId> due) {
    SweepResult sweep = StoreFixture.sweepOnce(store(), late, late, 3);
    assertThat(sweep.expired().size()).isLessThanOrEqualTo(3);
    assertThat(sweep.deleted()).isBetween(0, 3);
    due.removeAll(sweep.expired());
    return sweep;
  }

  private TokenRecord revokedAt(StoreFixture fixture, Instant time) {
    TokenRecord record = fixture.insert(fixture.lasting());
    store().revoke(record.id(), Revocation.of(RevocationReason.CLOSED, time));
    return record.revoked(Revocation.of(RevocationReason.CLOSED, time));
  }
}
