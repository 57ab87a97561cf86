package org.tokenfilter.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.config.TokenSecurity;

/**
 * The metrics of an application's tokens as Micrometer meters. Micrometer is an optional
 * dependency: {@code io.micrometer:micrometer-core}. An application binds the metrics to its
 * registry when it starts, and closes them when it stops:
 *
 * <pre>{@code
 * TokenMetrics metrics = new TokenMetrics(TokenSecurity.of(context));
 * metrics.bindTo(registry);
 * ...
 * metrics.close();
 * }</pre>
 *
 * <table>
 *   <caption>The meters</caption>
 *   <tr><th>name</th><th>kind</th><th>labels</th><th>meaning</th></tr>
 *   <tr><td>{@code token.validations}</td><td>counter</td>
 *     <td>{@code outcome}: accepted, invalid, unknown, expired, closed, replaced, evicted,
 *     bad-request, too-many-refreshes, unavailable</td>
 *     <td>tokens that requests presented, each counted once, by outcome; {@code unavailable}
 *     if the store, or another component, failed
 *     ({@link org.tokenfilter.service.TokenStatistics} describes the rules of counting)</td></tr>
 *   <tr><td>{@code token.lookups}</td><td>counter</td><td>{@code result}: hit, miss</td>
 *     <td>lookups of records, answered from memory or by the store</td></tr>
 *   <tr><td>{@code token.renewals}</td><td>counter</td><td>{@code step}: offered, written</td>
 *     <td>uses that may renew a token, and renewals that the store has acknowledged</td></tr>
 *   <tr><td>{@code token.store.calls}</td><td>timer</td>
 *     <td>{@code operation}: insert, find, renew, amend, replace, end, end-all, list, changes,
 *         sweep, mark, marked;
 *     {@code outcome}: ok, failed</td>
 *     <td>calls of the store, including the wait for a permit</td></tr>
 *   <tr><td>{@code token.feed.age}</td><td>gauge, seconds</td><td></td>
 *     <td>time since the start of the last poll of revocations that was applied; NaN if
 *     {@code token.revocation.lag} is zero, or if none was applied yet</td></tr>
 *   <tr><td>{@code token.live}</td><td>gauge</td><td></td>
 *     <td>tokens and sessions that this node keeps in memory</td></tr>
 *   <tr><td>{@code token.memory.emptied}</td><td>counter</td>
 *     <td>{@code cause}: gap</td>
 *     <td>how often this node has removed all tokens and sessions from its memory</td></tr>
 *   <tr><td>{@code token.logins.failed}</td><td>counter</td>
 *     <td>{@code rejection}: wrong-credentials, too-many-logins, login-busy</td>
 *     <td>logins by user name and password that were rejected</td></tr>
 *   <tr><td>{@code token.issued}</td><td>counter</td><td>{@code kind}: session, open, user</td>
 *     <td>tokens that were issued, and sessions that were opened</td></tr>
 *   <tr><td>{@code token.ended}</td><td>counter</td>
 *     <td>{@code reason}: closed, replaced, evicted, expired</td>
 *     <td>records that this node has revoked, or has recorded as expired</td></tr>
 *   <tr><td>{@code token.key.age}</td><td>gauge, seconds</td><td></td>
 *     <td>time since the active key was created; NaN if its file does not say</td></tr>
 *   <tr><td>{@code token.background.age}</td><td>gauge, seconds</td>
 *     <td>{@code task}: uses, ends, sweep, keys, accounts, closings, listeners</td>
 *     <td>time since a {@linkplain org.tokenfilter.config.BackgroundTaskHealth background task} last
 *     succeeded; NaN if it has not yet. A task that is not needed has no meters</td></tr>
 *   <tr><td>{@code token.background.overdue}</td><td>gauge</td><td>{@code task}</td>
 *     <td>1 if the task should have succeeded by now and has not, else 0</td></tr>
 *   <tr><td>{@code token.background.failures}</td><td>counter</td><td>{@code task}</td>
 *     <td>failures of the task</td></tr>
 * </table>
 *
 * <p>Labels have no other values than these, and never contain text from a client or the name of a
 * user. All meters exist from the start, with zero. They describe one node; their sum over all
 * nodes describes the application.
 *
 * <p>Thread-safe. Counters count from the start of the application, whenever they are bound. The
 * timers count from the time when they are bound.
 */
public final class TokenMetrics implements MeterBinder, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TokenMetrics.class);

  private final TokenSecurity security;
  private final Tags tags;
  private final List<BoundMeters> bound = new ArrayList<>();

  /** Creates the metrics of an application. */
  public TokenMetrics(TokenSecurity security) {
    this(security, Tags.empty());
  }

  /**
   * Creates the metrics of an application for a registry that several applications share.
   *
   * @param security the application
   * @param tags the tags that distinguish this application from the others
   */
  public TokenMetrics(TokenSecurity security, Iterable<Tag> tags) {
    this.security = security;
    this.tags = Tags.of(tags);
  }

  /**
   * Adds the meters to a registry, from which {@link #close} removes them. Does nothing if they are
   * already bound to that registry.
   *
   * @throws IllegalArgumentException if the registry has a meter of another kind with the same name
   *     and tags; none of the meters is added then
   */
  @Override
  public synchronized void bindTo(MeterRegistry registry) {
    if (bound.stream().noneMatch(meters -> meters.isBoundTo(registry))) {
      BoundMeters meters = new BoundMeters(security, registry, tags);
      if (!meters.foreignNames().isEmpty()) {
        LOG.warn(
            "The registry already has meters with these names and tags, which are not replaced: {}",
            meters.foreignNames());
      }
      bound.add(meters);
    }
  }

  /**
   * Removes the meters from all registries. A registry that outlives the application then holds no
   * reference to it. Idempotent.
   */
  @Override
  public synchronized void close() {
    bound.forEach(BoundMeters::remove);
    bound.clear();
  }
}
