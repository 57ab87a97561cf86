package org.tokenfilter.service;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.ActiveToken;

/**
 * A handle of a request in progress, which keeps the request's token alive until {@link #end} is
 * called. Obtained from {@link TokenService#begin}. Thread-safe.
 */
public final class RunningUse {

  private final ActiveToken used;
  private final RunningUses all;
  private volatile @Nullable Instant keptUntil;

  RunningUse(ActiveToken used, RunningUses all) {
    this.used = used;
    this.all = all;
  }

  /**
   * Ends the request, which then no longer keeps its token alive.
   *
   * @return the token with the time of its use: the start of the request, or now if the token had
   *     to be kept alive meanwhile
   */
  public ActiveToken end() {
    return all.end(this);
  }

  ActiveToken used() {
    return used;
  }

  boolean isKept() {
    return keptUntil != null;
  }

  Instant keptUntil() {
    return Objects.requireNonNull(keptUntil);
  }

  void keptUntil(Instant until) {
    keptUntil = until;
  }
}
