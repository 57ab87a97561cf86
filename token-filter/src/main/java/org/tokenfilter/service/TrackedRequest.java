package org.tokenfilter.service;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.ActiveToken;

/**
 * A handle of a request in progress, which keeps the request's token alive until {@link #finish} is
 * called. Obtained from {@link TokenService#trackRequest}. Thread-safe.
 */
public final class TrackedRequest {

  private final ActiveToken token;
  private final Registry requests;
  private volatile @Nullable Instant extendedUntil;

  TrackedRequest(ActiveToken used, Registry requests) {
    this.token = used;
    this.requests = requests;
  }

  /**
   * Ends the request, which then no longer keeps its token alive.
   *
   * @return the token with the time of its use: the start of the request, or now if the token had
   *     to be kept alive meanwhile
   */
  public ActiveToken finish() {
    return requests.finish(this);
  }

  ActiveToken token() {
    return token;
  }

  boolean isExtended() {
    return extendedUntil != null;
  }

  Instant extendedUntil() {
    return Objects.requireNonNull(extendedUntil);
  }

  void extendedUntil(Instant until) {
    extendedUntil = until;
  }

  /**
   * The requests in progress. A token that would expire while its request runs is kept alive by
   * another use shortly before its idle deadline. A token that is expired or revoked is not
   * revived. Thread-safe.
   */
  static final class Registry {

    /** The maximum lead before the idle deadline: many ticks, and the time to write the renewal. */
    private static final Duration MAX_LEAD_TIME = Duration.ofMinutes(1);

    private final Set<TrackedRequest> requests = ConcurrentHashMap.newKeySet();
    private final RenewalBuffer buffer;
    private final TokenRenewer renewer;
    private final Clock clock;

    Registry(RenewalBuffer buffer, TokenRenewer renewer, Clock clock) {
      this.buffer = buffer;
      this.renewer = renewer;
      this.clock = clock;
    }

    /** Registers a request, unless its use is passive or its token has no idle timeout. */
    TrackedRequest begin(ActiveToken used) {
      TrackedRequest request = new TrackedRequest(used, this);
      if (!used.passive() && used.renewalTarget().idleTimeout() != null) {
        requests.add(request);
      }
      return request;
    }

    /** Removes a request, and returns its token with the time of its use. */
    ActiveToken finish(TrackedRequest request) {
      requests.remove(request);
      ActiveToken used = request.token();
      return request.isExtended() ? used.withUsedAt(clock.instant()) : used;
    }

    /** Keeps alive the tokens that would expire before the next few calls of this method. */
    void extend() {
      Instant now = clock.instant();
      requests.removeIf(request -> hasExpired(request, now));
      requests.forEach(request -> extend(request, now));
    }

    private boolean hasExpired(TrackedRequest request, Instant now) {
      Instant idle = idleDeadline(request);
      Instant expiresAt = request.token().renewalTarget().expiresAt();
      return idle == null || !now.isBefore(idle) || (expiresAt != null && !now.isBefore(expiresAt));
    }

    private void extend(TrackedRequest request, Instant now) {
      Duration idle = request.token().renewalTarget().idleTimeout();
      Instant deadline = idleDeadline(request);
      if (idle != null && deadline != null && !deadline.isAfter(now.plus(leadTime(idle)))) {
        request.extendedUntil(now.plus(idle));
        renewer.renewInBackground(request.token().withUsedAt(now));
      }
    }

    /** Returns the idle deadline, which other requests may have moved; null if there is none. */
    private @Nullable Instant idleDeadline(TrackedRequest request) {
      TokenRecord record = request.token().renewalTarget();
      Instant known = request.isExtended() ? request.extendedUntil() : record.idleExpiresAt();
      PendingRenewal latest = buffer.latest(record.id());
      if (known == null || latest == null || latest.idleUntil() == CachedToken.NEVER) {
        return known;
      }
      Instant used = Instant.ofEpochMilli(latest.idleUntil());
      return used.isAfter(known) ? used : known;
    }

    private static Duration leadTime(Duration idle) {
      Duration half = idle.dividedBy(2);
      return half.compareTo(MAX_LEAD_TIME) < 0 ? half : MAX_LEAD_TIME;
    }
  }
}
