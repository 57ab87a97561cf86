package org.tokenfilter.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayList;
import java.util.List;
import org.tokenfilter.config.TokenSecurity;

/**
 * What an application's tokens do, as meters of Micrometer (an optional dependency: {@code
 * io.micrometer:micrometer-core}). An application binds it to its registry when it starts, and
 * closes it when it stops:
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
 *   <tr><th>name</th><th>kind</th><th>labels</th><th>what</th></tr>
 *   <tr><td>{@code token.validations}</td><td>counter</td>
 *     <td>{@code outcome}: accepted, invalid, unknown, expired, closed, replaced, evicted,
 *     bad-request, too-many-refreshes, unavailable</td>
 *     <td>tokens that requests presented, each once, by what became of them; {@code unavailable}
 *     where the store, or another part, could not answer
 *     ({@link org.tokenfilter.service.TokenCounts} tells what counts)</td></tr>
 *   <tr><td>{@code token.lookups}</td><td>counter</td><td>{@code result}: hit, miss</td>
 *     <td>look-ups of records: answered from memory, or by the store</td></tr>
 *   <tr><td>{@code token.renewals}</td><td>counter</td><td>{@code step}: offered, written</td>
 *     <td>uses that may renew, and renewals that the store has acknowledged</td></tr>
 *   <tr><td>{@code token.store.calls}</td><td>timer</td>
 *     <td>{@code operation}: insert, find, renew, replace, end, end-all, list, ended-within, sweep;
 *     {@code outcome}: ok, failed</td>
 *     <td>calls of the store, with the wait for a place in it</td></tr>
 *   <tr><td>{@code token.feed.age}</td><td>gauge, seconds</td><td></td>
 *     <td>since the begin of the last poll of ended tokens that was applied; NaN where
 *     {@code token.revocation.lag} is zero, or none was applied yet</td></tr>
 *   <tr><td>{@code token.live}</td><td>gauge</td><td></td>
 *     <td>tokens and sessions that this node keeps in memory</td></tr>
 *   <tr><td>{@code token.logins.failed}</td><td>counter</td>
 *     <td>{@code rejection}: wrong-credentials, too-many-logins, login-busy</td>
 *     <td>user names and passwords that were refused</td></tr>
 *   <tr><td>{@code token.issued}</td><td>counter</td><td>{@code kind}: session, open, user</td>
 *     <td>tokens that were issued, and sessions that were opened</td></tr>
 *   <tr><td>{@code token.ended}</td><td>counter</td>
 *     <td>{@code reason}: closed, replaced, evicted, expired</td>
 *     <td>records that this node has ended</td></tr>
 *   <tr><td>{@code token.key.age}</td><td>gauge, seconds</td><td></td>
 *     <td>since the active key was made; NaN where its file does not say</td></tr>
 *   <tr><td>{@code token.background.age}</td><td>gauge, seconds</td>
 *     <td>{@code task}: uses, ends, sweep, keys, accounts, closings, listeners</td>
 *     <td>since a {@linkplain org.tokenfilter.config.BackgroundTask background task} last
 *     succeeded; NaN if it has not yet. A task that is not needed has no meters</td></tr>
 *   <tr><td>{@code token.background.overdue}</td><td>gauge</td><td>{@code task}</td>
 *     <td>1 where it should have succeeded by now and has not, else 0</td></tr>
 *   <tr><td>{@code token.background.failures}</td><td>counter</td><td>{@code task}</td>
 *     <td>how often it has failed</td></tr>
 * </table>
 *
 * <p>Labels have no other values than these: nothing that a client sent, and nobody's name, is ever
 * one. All meters are there from the begin, with zero. They are of one node; sum them up over all.
 *
 * <p>Thread-safe. Counters count from when the application started, whenever they are bound; the
 * timers from then on.
 */
public final class TokenMetrics implements MeterBinder, AutoCloseable {

  private final TokenSecurity security;
  private final Tags tags;
  private final List<BoundMeters> bound = new ArrayList<>();

  /** Metrics of an application's tokens. */
  public TokenMetrics(TokenSecurity security) {
    this(security, Tags.empty());
  }

  /**
   * Metrics of an application's tokens, for a registry that several applications share.
   *
   * @param tags what tells this application from the others
   */
  public TokenMetrics(TokenSecurity security, Iterable<Tag> tags) {
    this.security = security;
    this.tags = Tags.of(tags);
  }

  /**
   * Adds the meters to a registry, from which {@link #close} takes them again. For each registry
   * once: more often, it does nothing.
   *
   * @throws IllegalArgumentException if the registry has one of another kind by the same name and
   *     tags; it takes none of these then
   */
  @Override
  public synchronized void bindTo(MeterRegistry registry) {
    if (bound.stream().noneMatch(meters -> meters.areIn(registry))) {
      bound.add(new BoundMeters(security, registry, tags));
    }
  }

  /**
   * Takes the meters out of all registries. A registry that outlives the application holds nothing
   * of it any more. Idempotent.
   */
  @Override
  public synchronized void close() {
    bound.forEach(BoundMeters::remove);
    bound.clear();
  }
}
