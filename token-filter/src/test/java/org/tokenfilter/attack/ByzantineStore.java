package org.tokenfilter.attack;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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

/** A store whose answers a test can replace or turn into exceptions. */
final class ByzantineStore implements TokenStore {

  /** A replacement of an answer; it can get the true answer, so that the call takes effect. */
  @FunctionalInterface
  interface Fault {
    @Nullable Object answer(Supplier<?> truth) throws Throwable;
  }

  private final TokenStore store;
  private final Map<Call, Fault> faults = new ConcurrentHashMap<>();

  ByzantineStore(TokenStore store) {
    this.store = store;
  }

  /** Replaces the answers of a call until the faults are cleared. */
  void inject(Call call, Fault lie) {
    faults.put(call, lie);
  }

  void clearFaults() {
    faults.clear();
  }

  @Override
  public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
    return answer(Call.INSERT, () -> store.insert(record, limit, now));
  }

  @Override
  public Optional<TokenRecord> find(TokenId id) {
    return answer(Call.FIND, () -> store.find(id));
  }

  @Override
  public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
    return answer(Call.RENEW, () -> store.renew(renewals, now));
  }

  @Override
  public boolean replace(TokenId id, TokenRecord successor, Instant now) {
    return answer(Call.REPLACE, () -> store.replace(id, successor, now));
  }

  @Override
  public List<TokenId> revoke(TokenId id, Revocation revocation) {
    return answer(Call.REVOKE, () -> store.revoke(id, revocation));
  }

  @Override
  public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
    return answer(Call.REVOKE_ALL, () -> store.revokeAll(selection, revocation, limit));
  }

  @Override
  public List<TokenRecord> list(
      String subject, Instant now, @Nullable PageCursor after, int limit) {
    return answer(Call.LIST, () -> store.list(subject, now, after, limit));
  }

  @Override
  public RecentRevocations revokedWithin(Duration window, int limit) {
    return answer(Call.REVOKED_WITHIN, () -> store.revokedWithin(window, limit));
  }

  @Override
  public SweepResult sweep(Instant expiredBefore, Instant deadBefore, int limit) {
    return answer(Call.SWEEP, () -> store.sweep(expiredBefore, deadBefore, limit));
  }

  @Override
  public void close() {
    store.close();
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // deliberately violates the contract
  private <T> T answer(Call call, Supplier<T> truth) {
    Fault lie = faults.get(call);
    if (lie == null) {
      return truth.get();
    }
    try {
      return (T) lie.answer(truth);
    } catch (Throwable thrown) {
      throw ByzantineStore.<RuntimeException>sneakyThrow(thrown);
    }
  }

  /** Throws the given exception without declaring it. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> T sneakyThrow(Throwable thrown) throws T {
    throw (T) thrown;
  }
}
