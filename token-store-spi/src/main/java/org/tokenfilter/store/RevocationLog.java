package org.tokenfilter.store;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;

/**
 * A log of the revocations of the last retention, stamped by the store's own clock (S12). Its
 * entries outlive the records, so it also reports a record that was revoked and deleted at once.
 * Not thread-safe.
 */
final class RevocationLog {

  private record Entry(Instant at, TokenId id) {}

  /** A revocation is stamped shortly before it is acknowledged, which starts its window. */
  private static final Duration ACKNOWLEDGEMENT_MARGIN = Duration.ofSeconds(5);

  private final Deque<Entry> entries = new ArrayDeque<>();
  private final Clock clock;
  private final Duration retention;
  private Instant latest = Instant.MIN;

  RevocationLog(Clock clock, Duration retention) {
    this.clock = clock;
    this.retention = retention;
  }

  void add(Collection<TokenId> ids) {
    Instant now = now();
    ids.forEach(id -> entries.addLast(new Entry(now, id)));
    trim(now);
  }

  /**
   * Returns the ids that were revoked within the window. Collects the latest ones first, so that an
   * incomplete answer holds them.
   *
   * @throws IllegalArgumentException if the window exceeds the retention
   */
  RecentRevocations revokedWithin(Duration window, int limit) {
    if (window.compareTo(retention) > 0) {
      throw new IllegalArgumentException(
          "window must not exceed the retention of " + retention + ", but is " + window);
    }
    Instant now = now();
    trim(now);
    Instant from = now.minus(window).minus(ACKNOWLEDGEMENT_MARGIN);
    Set<TokenId> ids = new HashSet<>();
    for (Iterator<Entry> youngest = entries.descendingIterator(); youngest.hasNext(); ) {
      Entry entry = youngest.next();
      if (entry.at().isBefore(from)) {
        break;
      }
      if (!ids.contains(entry.id()) && ids.size() >= limit) {
        return new RecentRevocations(ids, false, clock.instant());
      }
      ids.add(entry.id());
    }
    return new RecentRevocations(ids, true, clock.instant());
  }

  private void trim(Instant now) {
    Instant from = now.minus(retention).minus(ACKNOWLEDGEMENT_MARGIN);
    while (!entries.isEmpty() && entries.getFirst().at().isBefore(from)) {
      entries.removeFirst();
    }
  }

  /** Returns the latest time seen: if the clock is set back, no revocation may look too old. */
  private Instant now() {
    Instant now = clock.instant();
    latest = now.isAfter(latest) ? now : latest;
    return latest;
  }
}
