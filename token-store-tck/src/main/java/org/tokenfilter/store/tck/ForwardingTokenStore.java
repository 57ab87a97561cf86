package org.tokenfilter.store.tck;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.RecentRevocations;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;

/**
 * A token store that forwards all calls to another one, for tests that change some of them. A
 * subclass overrides the methods that it changes, or {@link #execute} to act on every call:
 *
 * <pre>{@code
 * TokenStore forgetful = new ForwardingTokenStore(store) {
 *   @Override
 *   public Optional<TokenRecord> find(TokenId id) {
 *     return Optional.empty();
 *   }
 * };
 * }</pre>
 */
public abstract class ForwardingTokenStore implements TokenStore {

  private final TokenStore delegate;

  /**
   * Creates a store that forwards all calls.
   *
   * @param delegate the store that handles the calls
   */
  protected ForwardingTokenStore(TokenStore delegate) {
    this.delegate = delegate;
  }

  /** Returns the store that handles the calls. Each call gets it once. */
  protected TokenStore delegate() {
    return delegate;
  }

  /**
   * Executes a call. All methods except {@link #watch} and {@link #close} come here, unless they
   * are overridden.
   *
   * @param call the method
   * @param effect the forwarded call; it takes effect each time this gets its result
   * @return the result of the call
   */
  protected <T> T execute(Call call, Supplier<T> effect) {
    return effect.get();
  }

  @Override
  public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
    return execute(Call.INSERT, () -> delegate().insert(record, limit, now));
  }

  @Override
  public Optional<TokenRecord> find(TokenId id) {
    return execute(Call.FIND, () -> delegate().find(id));
  }

  @Override
  public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
    return execute(Call.RENEW, () -> delegate().renew(renewals, now));
  }

  @Override
  public boolean replace(TokenId id, TokenRecord successor, Instant now) {
    return execute(Call.REPLACE, () -> delegate().replace(id, successor, now));
  }

  @Override
  public List<TokenId> revoke(TokenId id, Revocation revocation) {
    return execute(Call.REVOKE, () -> delegate().revoke(id, revocation));
  }

  @Override
  public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
    return execute(Call.REVOKE_ALL, () -> delegate().revokeAll(selection, revocation, limit));
  }

  @Override
  public List<TokenRecord> list(
      String subject, Instant now, @Nullable PageCursor after, int limit) {
    return execute(Call.LIST, () -> delegate().list(subject, now, after, limit));
  }

  @Override
  public RecentRevocations revokedWithin(Duration window, int limit) {
    return execute(Call.REVOKED_WITHIN, () -> delegate().revokedWithin(window, limit));
  }

  @Override
  public SweepResult sweep(Instant expiredBefore, Instant deadBefore, int limit) {
    return execute(Call.SWEEP, () -> delegate().sweep(expiredBefore, deadBefore, limit));
  }

  @Override
  public AutoCloseable watch(Consumer<TokenId> ended) {
    return delegate().watch(ended);
  }

  @Override
  public void close() {
    delegate().close();
  }
}
