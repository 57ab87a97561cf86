package org.tokenfilter.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.tokenfilter.store.Records.IDLE;
import static org.tokenfilter.store.Records.id;
import static org.tokenfilter.store.Records.lasting;
import static org.tokenfilter.store.Records.sliding;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Sweeps, the revocation feed, and the memory that dead records take. */
class InMemoryTokenStoreSweepTest {

  private static final Duration RETENTION = Duration.ofHours(1);
  private static final Instant LONG_AGO = Instant.EPOCH;

  private final SettableClock clock = new SettableClock();
  private final Instant start = clock.instant();
  private final TokenStore store = new InMemoryTokenStore(clock, RETENTION);

  @Test
  void s04_deadRecordsAreFoundWithinTheRetention() {
    insert(sliding(1, start).build());
    store.revoke(id(1), Revocation.of(RevocationReason.CLOSED, start));
    insert(sliding(2, start.plus(RETENTION)).build());

    assertThat(store.find(id(1))).isPresent();
  }

  @Test
  void s13_sweepRevokesOnlyRecordsExpiredBeforeTheGivenTime() {
    Instant deadline = start.plus(IDLE);
    insert(
        sliding(1, start).build(),
        sliding(2, start.plusMillis(1)).build(),
        lasting(3, start).build());

    assertThat(store.sweep(deadline, LONG_AGO, 9)).isEqualTo(new SweepResult(List.of(), 0, false));
    assertThat(store.sweep(deadline.plusMillis(1), LONG_AGO, 9))
        .isEqualTo(new SweepResult(List.of(id(1)), 0, false));
    assertThat(revocation(1)).isEqualTo(Revocation.of(RevocationReason.EXPIRED, deadline));
    assertThat(revocation(2)).isNull();
    assertThat(revocation(3)).isNull();
  }

  @Test
  void s13_sweepRevokesTheChildrenOfExpiredRecords() {
    insert(sliding(1, start).build(), lasting(2, start).parent(id(1)).build());
    Instant deadline = start.plus(IDLE);

    assertThat(store.sweep(deadline.plusMillis(1), LONG_AGO, 9).expired())
        .containsExactly(id(1), id(2));
    assertThat(revocation(2)).isEqualTo(Revocation.of(RevocationReason.EXPIRED, deadline));
  }

  @Test
  void s13_renewedRecordIsCheckedAgainAtItsNewDeadline() {
    insert(sliding(1, start).build());
    Instant used = start.plusSeconds(60);
    store.renew(List.of(new Renewal(id(1), used, used.plus(IDLE))), used);

    Instant due = start.plus(IDLE).plusMillis(1);
    assertThat(store.sweep(due, LONG_AGO, 9)).isEqualTo(new SweepResult(List.of(), 0, false));
    assertThat(store.sweep(due.plusSeconds(60), LONG_AGO, 9).expired()).containsExactly(id(1));
  }

  @Test
  void s13_sweepDeletesOnlyRecordsDeadBeforeTheGivenTime() {
    insert(lasting(1, start).build(), lasting(2, start).build(), sliding(3, start).build());
    store.revoke(id(1), Revocation.of(RevocationReason.CLOSED, start));
    store.revoke(id(2), Revocation.of(RevocationReason.CLOSED, start.plusMillis(1)));

    assertThat(store.sweep(LONG_AGO, start, 9).deleted()).isZero();
    assertThat(store.sweep(LONG_AGO, start.plusMillis(1), 9).deleted()).isOne();
    assertThat(store.find(id(1))).isEmpty();
    assertThat(store.find(id(2))).isPresent();
    assertThat(store.find(id(3))).isPresent();
  }

  @Test
  void s13_recordThatExpiredLongAgoIsRevokedAndDeleted() {
    insert(sliding(1, start).build());
    Instant late = start.plus(IDLE).plusMillis(1);

    assertThat(store.sweep(late, late, 9)).isEqualTo(new SweepResult(List.of(id(1)), 1, false));
    assertThat(store.find(id(1))).isEmpty();
  }

  @Test
  void s13_sweepChecksABoundedNumberAndReportsMore() {
    insert(sliding(1, start).build(), sliding(2, start).build());
    Instant late = start.plus(IDLE).plusMillis(1);

    assertThat(store.sweep(late, late, 1)).isEqualTo(new SweepResult(List.of(id(1)), 0, true));
    assertThat(store.sweep(late, late, 2)).isEqualTo(new SweepResult(List.of(id(2)), 1, true));
    assertThat(store.sweep(late, late, 2)).isEqualTo(new SweepResult(List.of(), 1, false));
  }

  @Test
  void s12_revocationsAreReportedByTheStoresOwnClock() {
    insert(lasting(1, start).build(), lasting(2, start).build(), lasting(3, start).build());
    store.revoke(id(1), Revocation.of(RevocationReason.CLOSED, start.minus(Duration.ofDays(9))));
    store.revoke(id(2), Revocation.of(RevocationReason.CLOSED, start.plus(Duration.ofDays(9))));
    clock.move(Duration.ofMinutes(1));

    RecentRevocations revocations = store.revokedWithin(Duration.ofMinutes(1), 9);

    assertThat(revocations.ids()).containsExactlyInAnyOrder(id(1), id(2));
    assertThat(revocations.complete()).isTrue();
    assertThat(revocations.storeTime()).isEqualTo(clock.instant());
  }

  @Test
  void s12_everyKindOfRevocationExceptExpiryIsReported() {
    Limit one = new Limit(1, Limit.Policy.EVICT_OLDEST);
    insert(
        lasting(1, start).group("g").build(), lasting(2, start).build(), sliding(3, start).build());
    insert(sliding(4, start).parent(id(2)).build(), lasting(5, start).client("endAll").build());
    store.insert(lasting(6, start).group("g").build(), one, start);
    store.replace(id(6), lasting(7, start).group("g").build(), start);
    store.revoke(id(2), Revocation.of(RevocationReason.CLOSED, start));
    store.sweep(start.plus(IDLE).plusMillis(1), LONG_AGO, 9);
    store.revokeAll(
        new Selection("alice", Set.of(id(7))), Revocation.of(RevocationReason.CLOSED, start), 9);

    assertThat(store.revokedWithin(Duration.ZERO, 9).ids())
        .containsExactlyInAnyOrder(id(1), id(2), id(4), id(5), id(6));
  }

  @Test
  void s12_revocationIsReportedAfterItsRecordIsDeleted() {
    insert(sliding(1, start).build());
    store.revoke(id(1), Revocation.of(RevocationReason.CLOSED, start));
    Instant late = start.plus(IDLE).plusMillis(1);
    assertThat(store.sweep(late, late, 9).deleted()).isEqualTo(1);

    assertThat(store.revokedWithin(Duration.ofMinutes(1), 9).ids()).containsExactly(id(1));
  }

  @Test
  void s12_clockSetBackHidesNoRevocation() {
    insert(lasting(1, start).build(), lasting(2, start).build());
    store.revoke(id(1), Revocation.of(RevocationReason.CLOSED, start));
    clock.move(Duration.ofMinutes(-30));
    store.revoke(id(2), Revocation.of(RevocationReason.CLOSED, start));
    assertThat(store.revokedWithin(Duration.ofMinutes(1), 9).ids()).hasSize(2);
    clock.move(Duration.ofMinutes(30));

    assertThat(store.revokedWithin(Duration.ofMinutes(1), 9).ids()).hasSize(2);
  }

  @Test
  void s12_moreRevocationsThanTheLimitAreReportedAsIncomplete() {
    insert(lasting(1, start).build(), lasting(2, start).build());
    store.revoke(id(1), Revocation.of(RevocationReason.CLOSED, start));
    store.revoke(id(2), Revocation.of(RevocationReason.CLOSED, start));

    assertThat(store.revokedWithin(RETENTION, 2).complete()).isTrue();
    assertThat(store.revokedWithin(RETENTION, 1).complete()).isFalse();
    assertThat(store.revokedWithin(RETENTION, 1).ids()).containsExactly(id(2));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store.revokedWithin(RETENTION.plusMillis(1), 1));
  }

  @Test
  void s28_memoryStaysBoundedWithoutReadsOrSweeps() {
    int issued = 40_000;
    for (int number = 0; number < issued; number++) {
      Instant now = clock.instant();
      TokenRecord record = lasting(number, now).expiresAt(now.plusSeconds(60)).build();
      store.insert(record, Limit.NONE, now);
      clock.move(Duration.ofSeconds(1));
    }

    long kept =
        IntStream.range(0, issued).filter(number -> store.find(id(number)).isPresent()).count();
    assertThat(kept).isBetween(RETENTION.toSeconds() + 60, RETENTION.toSeconds() + 70);
    assertThat(store.revokedWithin(RETENTION, issued).ids()).hasSizeLessThan(3_610);
  }

  @Test
  void s28_memoryStaysBoundedUnderEndlessReplacements() {
    int issued = 20_000;
    insert(lasting(0, start).build());
    for (int number = 1; number < issued; number++) {
      clock.move(Duration.ofSeconds(1));
      Instant now = clock.instant();
      assertThat(store.replace(id(number - 1), lasting(number, now).build(), now)).isTrue();
    }

    long kept =
        IntStream.range(0, issued).filter(number -> store.find(id(number)).isPresent()).count();
    assertThat(kept).isLessThan(RETENTION.toSeconds() + 10);
  }

  private @Nullable Revocation revocation(int number) {
    return store.find(id(number)).orElseThrow().revocation();
  }

  private void insert(TokenRecord... records) {
    for (TokenRecord record : records) {
      store.insert(record, Limit.NONE, record.issuedAt());
    }
  }
}
