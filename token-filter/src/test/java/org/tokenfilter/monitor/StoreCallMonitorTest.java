package org.tokenfilter.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.tokenfilter.guard.GuardedTokenStore;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.testsupport.LogLines;
import org.tokenfilter.token.Subscription;

/** Listeners of store calls, which are notified of each call and disturb none. */
final class StoreCallMonitorTest {

  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration MAX_WAIT = Duration.ofSeconds(2);

  private final AtomicLong nanos = new AtomicLong(-5);
  private final FaultyTokenStore below = new FaultyTokenStore(new InMemoryTokenStore());
  private final StoreCallMonitor callMonitor = new StoreCallMonitor(nanos::get, MAX_WAIT);
  private final TokenStore store = new GuardedTokenStore(below, 4, MAX_WAIT, callMonitor);
  private final List<String> notified = new ArrayList<>();

  @Test
  void reportsNameAndDurationOfEachOperation() throws Exception {
    callMonitor.addListener(
        (operation, outcome, took) -> notified.add(operation + " " + outcome + " " + took));
    below.beforeEach(() -> nanos.addAndGet(7));
    TokenRecord record = record(1);
    store.insert(record, Limit.NONE, NOW);
    store.find(record.id());
    store.renew(Set.of(new Renewal(record.id(), NOW, null)), NOW);
    store.amend(record.id(), 0, TokenDetails.NONE.amended(1).build(), NOW);
    store.replace(record.id(), 1, record(2), Limit.NONE, NOW);
    store.revoke(record.id(), Revocation.of(RevocationReason.CLOSED, NOW));
    store.revokeAll(Selection.ofSubject("alice"), Revocation.of(RevocationReason.CLOSED, NOW), 10);
    store.list("alice", NOW, null, 10);
    store.changes(0, null, 10);
    store.sweep(0, NOW, NOW, 10);
    store.mark("once", NOW.plusSeconds(1), NOW);
    store.marked("once", NOW);
    store.watch(() -> {}).close();
    store.close();

    assertThat(notified)
        .containsExactly(
            "INSERT OK 7",
            "FIND OK 7",
            "RENEW OK 7",
            "AMEND OK 7",
            "REPLACE OK 7",
            "END OK 7",
            "END_ALL OK 7",
            "LIST OK 7",
            "CHANGES OK 7",
            "SWEEP OK 7",
            "MARK OK 7",
            "MARKED OK 7");
  }

  @Test
  void failedCallIsReportedAndStillFails() {
    callMonitor.addListener(
        (operation, outcome, took) -> notified.add(operation + " " + outcome + " " + took));
    below.before(Call.FIND, 1, () -> nanos.addAndGet(9));
    below.failBefore(Call.FIND, 1);

    assertThatThrownBy(() -> store.find(record(1).id())).isInstanceOf(TokenStoreException.class);

    assertThat(notified).containsExactly("FIND FAILED 9");
  }

  @Test
  void throwingListenerIsLoggedOnceAndContained() {
    try (LogLines log = new LogLines(StoreCallMonitor.class.getName())) {
      callMonitor.addListener(
          (operation, outcome, took) -> {
            throw new AssertionError("broken");
          });
      callMonitor.addListener((operation, outcome, took) -> notified.add(operation.toString()));
      store.find(record(1).id());
      store.find(record(1).id());

      assertThat(notified).containsExactly("FIND", "FIND");
      assertThat(log.lines()).hasSize(1).first().asString().contains("WARN", "broken");
    }
  }

  @Test
  void closedListenerIsNotNotified() {
    Subscription subscription =
        callMonitor.addListener((operation, outcome, took) -> notified.add(operation.toString()));
    store.find(record(1).id());
    subscription.close();
    subscription.close();
    store.find(record(1).id());

    assertThat(notified).containsExactly("FIND");
  }

  @Test
  void healthFollowsTheLastCall() {
    assertThat(callMonitor.isHealthy()).isTrue();
    failFind(Call.FIND);
    assertThat(callMonitor.isHealthy()).isFalse();
    nanos.addAndGet(HOUR.toNanos());
    assertThat(callMonitor.isHealthy()).as("nothing else is known").isFalse();
    store.find(record(1).id());
    assertThat(callMonitor.isHealthy()).isTrue();
  }

  @Test
  void failureOfOneOperationIsUnhealthyForAMinute() {
    failFind(Call.FIND);
    store.changes(0, null, 10);
    assertThat(callMonitor.isHealthy()).isFalse();
    nanos.addAndGet(Duration.ofMinutes(1).toNanos() - 1);
    assertThat(callMonitor.isHealthy()).isFalse();
    nanos.addAndGet(1);
    assertThat(callMonitor.isHealthy()).isTrue();
  }

  @Test
  void successOfTheFailedOperationRestoresHealth() {
    failFind(Call.FIND);
    store.changes(0, null, 10);
    store.find(record(1).id());
    assertThat(callMonitor.isHealthy()).isTrue();
  }

  @Test
  void hungCallIsUnhealthy() {
    List<Boolean> seen = new ArrayList<>();
    below.before(
        Call.FIND,
        1,
        () -> {
          nanos.addAndGet(MAX_WAIT.multipliedBy(2).toNanos());
          store.changes(0, null, 10);
          seen.add(callMonitor.isHealthy());
          nanos.addAndGet(1);
          store.changes(0, null, 10);
          seen.add(callMonitor.isHealthy());
        });
    store.find(record(1).id());
    seen.add(callMonitor.isHealthy());

    assertThat(seen).containsExactly(true, false, true);
  }

  private void failFind(Call call) {
    below.failBefore(call, 1);
    assertThatThrownBy(() -> store.find(record(1).id())).isInstanceOf(TokenStoreException.class);
  }

  private static TokenRecord record(int number) {
    byte[] id = new byte[TokenId.LENGTH];
    id[0] = (byte) number;
    return TokenRecord.builder(TokenId.of(id), TokenKind.OPEN, "alice", NOW).build();
  }
}
