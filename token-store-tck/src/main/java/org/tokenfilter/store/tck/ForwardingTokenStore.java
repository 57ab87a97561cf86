package org.tokenfilter.store.tck;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.AmendResult;
import org.tokenfilter.store.Changes;
import org.tokenfilter.store.FindResult;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenDetails;
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
 *   public FindResult find(Collection<TokenId> ids) {
 *     return FindResult.of(Map.of());
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
   * Executes a call. All methods that ask or change the data come here, unless they are overridden.
   * {@link #watch}, {@link #close} and the properties of the store do not.
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

  /** Forwards the call; {@link #find(TokenId)} comes here as well. */
  @Override
  public FindResult find(Collection<TokenId> ids) {
    return execute(Call.FIND, () -> delegate().find(ids));
  }

  @Override
  public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
    return execute(Call.RENEW, () -> delegate().renew(renewals, now));
  }

  @Override
  public AmendResult amend(TokenId id, long expectedVersion, TokenDetails details, Instant now) {
    return execute(Call.AMEND, () -> delegate().amend(id, expectedVersion, details, now));
  }

  @Override
  public boolean replace(
      TokenId id, long version, TokenRecord successor, Limit limit, Instant now) {
    return execute(Call.REPLACE, () -> delegate().replace(id, version, successor, limit, now));
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
  public Changes changes(int shard, @Nullable String cursor, int limit) {
    return execute(Call.CHANGES, () -> delegate().changes(shard, cursor, limit));
  }

  @Override
  public SweepResult sweep(int shard, Instant expiredBefore, Instant deadBefore, int limit) {
    return execute(Call.SWEEP, () -> delegate().sweep(shard, expiredBefore, deadBefore, limit));
  }

  @Override
  public boolean mark(String name, Instant until, Instant now) {
    return execute(Call.MARK, () -> delegate().mark(name, until, now));
  }

  @Override
  public boolean marked(String name, Instant now) {
    return execute(Call.MARKED, () -> delegate().marked(name, now));
  }

  @Override
  public int shards() {
    return delegate().shards();
  }

  @Override
  public int shardOf(TokenId id) {
    return delegate().shardOf(id);
  }

  @Override
  public boolean expiresByItself() {
    return delegate().expiresByItself();
  }

  @Override
  public AutoCloseable watch(Runnable changed) {
    return delegate().watch(changed);
  }

  @Override
  public void close() {
    delegate().close();
  }
}
