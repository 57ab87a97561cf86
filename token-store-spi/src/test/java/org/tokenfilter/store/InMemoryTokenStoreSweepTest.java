package org.tokenfilter.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.store.Records.IDLE;
import static org.tokenfilter.store.Records.id;
import static org.tokenfilter.store.Records.lasting;
import static org.tokenfilter.store.Records.sliding;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Sweeps, and the memory that dead records take. */
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

    assertThat(store.sweep(0, deadline, LONG_AGO, 9))
        .isEqualTo(new SweepResult(List.of(), 0, false));
    assertThat(store.sweep(0, deadline.plusMillis(1), LONG_AGO, 9))
        .isEqualTo(new SweepResult(List.of(id(1)), 0, false));
    assertThat(revocation(1)).isEqualTo(Revocation.of(RevocationReason.EXPIRED, deadline));
    assertThat(revocation(2)).isNull();
    assertThat(revocation(3)).isNull();
  }

  @Test
  void s13_sweepRevokesTheChildrenOfExpiredRecords() {
    insert(sliding(1, start).build(), lasting(2, start).parent(id(1)).build());
    Instant deadline = start.plus(IDLE);

    assertThat(store.sweep(0, deadline.plusMillis(1), LONG_AGO, 9).expired())
        .containsExactly(id(1), id(2));
    assertThat(revocation(2)).isEqualTo(Revocation.of(RevocationReason.EXPIRED, deadline));
  }

  @Test
  void s13_renewedRecordIsCheckedAgainAtItsNewDeadline() {
    insert(sliding(1, start).build());
    Instant used = start.plusSeconds(60);
    store.renew(List.of(new Renewal(id(1), used, used.plus(IDLE))), used);

    Instant due = start.plus(IDLE).plusMillis(1);
    assertThat(store.sweep(0, due, LONG_AGO, 9)).isEqualTo(new SweepResult(List.of(), 0, false));
    assertThat(store.sweep(0, due.plusSeconds(60), LONG_AGO, 9).expired()).containsExactly(id(1));
  }

  @Test
  void s13_sweepDeletesOnlyRecordsDeadBeforeTheGivenTime() {
    insert(lasting(1, start).build(), lasting(2, start).build(), sliding(3, start).build());
    store.revoke(id(1), Revocation.of(RevocationReason.CLOSED, start));
    store.revoke(id(2), Revocation.of(RevocationReason.CLOSED, start.plusMillis(1)));

    assertThat(store.sweep(0, LONG_AGO, start, 9).deleted()).isZero();
    assertThat(store.sweep(0, LONG_AGO, start.plusMillis(1), 9).deleted()).isOne();
    assertThat(store.find(id(1))).isEmpty();
    assertThat(store.find(id(2))).isPresent();
    assertThat(store.find(id(3))).isPresent();
  }

  @Test
  void s13_recordThatExpiredLongAgoIsRevokedAndDeleted() {
    insert(sliding(1, start).build());
    Instant late = start.plus(IDLE).plusMillis(1);

    assertThat(store.sweep(0, late, late, 9)).isEqualTo(new SweepResult(List.of(id(1)), 1, false));
    assertThat(store.find(id(1))).isEmpty();
  }

  @Test
  void s13_sweepChecksABoundedNumberAndReportsMore() {
    insert(sliding(1, start).build(), sliding(2, start).build());
    Instant late = start.plus(IDLE).plusMillis(1);

    assertThat(store.sweep(0, late, late, 1)).isEqualTo(new SweepResult(List.of(id(1)), 0, true));
    assertThat(store.sweep(0, late, late, 2)).isEqualTo(new SweepResult(List.of(id(2)), 1, true));
    assertThat(store.sweep(0, late, late, 2)).isEqualTo(new SweepResult(List.of(), 1, false));
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
  }

  @Test
  void s28_memoryStaysBoundedUnderEndlessReplacements() {
    int issued = 20_000;
    insert(lasting(0, start).build());
    for (int number = 1; number < issued; number++) {
      clock.move(Duration.ofSeconds(1));
      Instant now = clock.instant();
      assertThat(store.replace(id(number - 1), 0, lasting(number, now).build(), Limit.NONE, now))
          .isTrue();
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
