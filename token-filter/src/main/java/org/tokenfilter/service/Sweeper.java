package org.tokenfilter.service;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenStore;

/**
 * The background task that marks expired records as expired and deletes records that have been dead
 * for longer than the retention, batch by batch until nothing is due. It uses the earlier of its
 * own clock and the store's. It sweeps nothing while the clocks differ by more than the tolerance,
 * because a node whose clock is ahead must not expire tokens that are live for all other nodes. A
 * store that expires records by itself is not swept. One thread of each node runs it; several nodes
 * may sweep at the same time.
 */
final class Sweeper implements Runnable {

  /**
   * The tolerance for clock differences: records expire this much later in a sweep, so that a node
   * whose clock is ahead does not expire live tokens of the others. If the clocks differ by more,
   * the node does not sweep.
   */
  static final Duration CLOCK_SKEW = Duration.ofSeconds(30);

  private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);

  private final TokenStore store;
  private final Clock clock;
  private final Duration retention;
  private final int batch;
  private final TokenService service;

  /**
   * Creates a sweeper.
   *
   * @param store the store to sweep, the same one that the service uses
   * @param service the service to notify of expired tokens
   * @param clock the clock of this node
   * @param retention the time for which dead records are kept
   * @param batch the number of records that one call of the store processes
   */
  Sweeper(TokenStore store, TokenService service, Clock clock, Duration retention, int batch) {
    this.store = store;
    this.service = service;
    this.clock = clock;
    this.retention = retention;
    this.batch = batch;
  }

  @Override
  public void run() {
    var unused = sweep();
  }

  /**
   * Sweeps each shard until nothing is due. A shard that fails does not keep the others from being
   * swept. Failures are logged and returned, not thrown.
   *
   * @return the cause of the first failure; empty on success
   */
  Optional<Throwable> sweep() {
    Optional<Throwable> failure = Optional.empty();
    for (int shard = 0; shard < store.shards(); shard++) {
      Optional<Throwable> failed = sweep(shard);
      failure = failure.or(() -> failed);
    }
    return failure;
  }

  private Optional<Throwable> sweep(int shard) {
    try {
      Instant asked = clock.instant();
      // A question without a cursor has no changes. Not the feed's last answer, since there is none
      // if the lag is zero.
      Instant storeTime = store.changes(shard, null, 1).storeTime();
      Duration ahead = service.clockSkew().check(shard, asked, storeTime);
      if (clocksAgree(ahead)) {
        sweep(shard, asked.isBefore(storeTime) ? asked : storeTime);
      }
      return Optional.empty();
    } catch (Throwable e) {
      // Catches everything, because an executor silently cancels a task that throws. The next run
      // tries again. The validity of a token never depends on the sweeper.
      LOG.warn("Sweeping the token store failed. The next sweep tries again", e);
      return Optional.of(e);
    }
  }

  private boolean clocksAgree(Duration ahead) {
    boolean agree = ahead.abs().compareTo(CLOCK_SKEW) <= 0;
    if (!agree) {
      service
          .notices()
          .warn(
              LOG,
              "sweeping-stopped",
              "This node does not sweep: its clock differs from the token store's by {}, and at"
                  + " most {} is allowed. Correct the wrong clock; until then only other nodes can"
                  + " sweep",
              ahead,
              CLOCK_SKEW);
    }
    return agree;
  }

  private void sweep(int shard, Instant now) {
    boolean more = !store.expiresByItself();
    while (more && !Thread.currentThread().isInterrupted()) {
      more = sweepOnce(shard, now);
    }
    service.publishExpiredElsewhere(shard, now.minus(CLOCK_SKEW));
  }

  private boolean sweepOnce(int shard, Instant now) {
    SweepResult sweep = store.sweep(shard, now.minus(CLOCK_SKEW), now.minus(retention), batch);
    service.onSwept(sweep.expired());
    if (sweep.deleted() > 0 || !sweep.expired().isEmpty()) {
      LOG.debug(
          "Sweep: {} tokens expired, {} records deleted", sweep.expired().size(), sweep.deleted());
    }
    return sweep.more();
  }
}
