package org.tokenfilter.service;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.ActiveToken;

/**
 * A token in a request that is running, which keeps it alive: {@link TokenService#begin}.
 * Thread-safe.
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
   * The request has ended, and keeps its token alive no longer.
   *
   * @return the use as it counts: from the begin of the request, or from now if the token had to be
   *     kept alive meanwhile
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
