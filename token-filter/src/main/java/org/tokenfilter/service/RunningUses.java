package org.tokenfilter.service;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.ActiveToken;

/**
 * The requests in progress. A token that would expire while its request runs is kept alive by
 * another use shortly before its idle deadline. A token that is expired or revoked is not revived.
 * Thread-safe.
 */
final class RunningUses {

  /** The maximum lead before the idle deadline: many ticks, and the time to write the renewal. */
  private static final Duration LEAD = Duration.ofMinutes(1);

  private final Set<RunningUse> running = ConcurrentHashMap.newKeySet();
  private final RenewalBuffer buffer;
  private final TokenRenewer renewer;
  private final Clock clock;

  RunningUses(RenewalBuffer buffer, TokenRenewer renewer, Clock clock) {
    this.buffer = buffer;
    this.renewer = renewer;
    this.clock = clock;
  }

  /** Registers a request, unless its use is passive or its token has no idle timeout. */
  RunningUse begin(ActiveToken used) {
    RunningUse use = new RunningUse(used, this);
    if (!used.passive() && used.used().idleTimeout() != null) {
      running.add(use);
    }
    return use;
  }

  /** Removes a request, and returns its token with the time of its use. */
  ActiveToken end(RunningUse use) {
    running.remove(use);
    ActiveToken used = use.used();
    return use.isKept() ? used.at(clock.instant()) : used;
  }

  /** Keeps alive the tokens that would expire before the next few calls of this method. */
  void keep() {
    Instant now = clock.instant();
    running.removeIf(use -> isOver(use, now));
    running.forEach(use -> keep(use, now));
  }

  private boolean isOver(RunningUse use, Instant now) {
    Instant idle = deadline(use);
    Instant expiresAt = use.used().used().expiresAt();
    return idle == null || !now.isBefore(idle) || (expiresAt != null && !now.isBefore(expiresAt));
  }

  private void keep(RunningUse use, Instant now) {
    Duration idle = use.used().used().idleTimeout();
    Instant deadline = deadline(use);
    if (idle != null && deadline != null && !deadline.isAfter(now.plus(lead(idle)))) {
      use.keptUntil(now.plus(idle));
      renewer.keep(use.used().at(now));
    }
  }

  /** Returns the idle deadline, which other requests may have moved; null if there is none. */
  private @Nullable Instant deadline(RunningUse use) {
    TokenRecord record = use.used().used();
    Instant known = use.isKept() ? use.keptUntil() : record.idleExpiresAt();
    Use latest = buffer.latest(record.id());
    if (known == null || latest == null || latest.idleUntil() == LiveToken.NEVER) {
      return known;
    }
    Instant used = Instant.ofEpochMilli(latest.idleUntil());
    return used.isAfter(known) ? used : known;
  }

  private static Duration lead(Duration idle) {
    Duration half = idle.dividedBy(2);
    return half.compareTo(LEAD) < 0 ? half : LEAD;
  }
}
