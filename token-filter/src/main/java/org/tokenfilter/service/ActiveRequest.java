package org.tokenfilter.service;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.ActiveToken;

/**
 * A handle of a request in progress, which keeps the request's token alive until {@link #finish} is
 * called. Obtained from {@link TokenService#trackRequest}. Thread-safe.
 */
public final class ActiveRequest {

  private final ActiveToken token;
  private final ActiveRequests requests;
  private volatile @Nullable Instant extendedUntil;

  ActiveRequest(ActiveToken used, ActiveRequests requests) {
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
}
