package org.tokenfilter;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
import org.tokenfilter.store.TokenStoreException;

/**
 * A store with one fault at a time, from its injection until its repair. Background tasks do not
 * run the fault: meanwhile the store is down for them.
 */
public final class FaultInjectingStore implements TokenStore {

  /** The calls that a request makes. */
  public enum Call {
    INSERT,
    FIND,
    RENEW,
    END
  }

  /** The point of a call at which the fault happens. */
  public enum When {
    BEFORE,
    AFTER
  }

  /** An action that every such call runs. */
  @FunctionalInterface
  public interface Fault {
    void run() throws Exception;
  }

  private record Injection(Call call, When when, Fault fault) {}

  private final TokenStore store;
  private volatile @Nullable Injection injection;

  public FaultInjectingStore(TokenStore store) {
    this.store = store;
  }

  public void inject(Call call, When when, Fault fault) {
    injection = new Injection(call, when, fault);
  }

  public void repair() {
    injection = null;
  }

  @Override
  public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
    return perform(Call.INSERT, () -> store.insert(record, limit, now));
  }

  @Override
  public Optional<TokenRecord> find(TokenId id) {
    return perform(Call.FIND, () -> store.find(id));
  }

  @Override
  public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
    return perform(Call.RENEW, () -> store.renew(renewals, now));
  }

  @Override
  public List<TokenId> revoke(TokenId id, Revocation revocation) {
    return perform(Call.END, () -> store.revoke(id, revocation));
  }

  @Override
  public boolean replace(TokenId id, TokenRecord successor, Instant now) {
    return store.replace(id, successor, now);
  }

  @Override
  public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
    return store.revokeAll(selection, revocation, limit);
  }

  @Override
  public List<TokenRecord> list(
      String subject, Instant now, @Nullable PageCursor after, int limit) {
    return store.list(subject, now, after, limit);
  }

  @Override
  public RecentRevocations revokedWithin(Duration window, int limit) {
    return store.revokedWithin(window, limit);
  }

  @Override
  public SweepResult sweep(Instant expiredBefore, Instant deadBefore, int limit) {
    return store.sweep(expiredBefore, deadBefore, limit);
  }

  @Override
  public void close() {
    store.close();
  }

  private <T> T perform(Call call, Supplier<T> lookup) {
    Injection script = this.injection;
    if (script != null && Thread.currentThread().getName().startsWith("token-filter ")) {
      throw new TokenStoreException("down beside requests", null, true);
    }
    runFault(script, call, When.BEFORE);
    T answer = lookup.get();
    runFault(script, call, When.AFTER);
    return answer;
  }

  private static void runFault(@Nullable Injection script, Call call, When when) {
    if (script != null && script.call() == call && script.when() == when) {
      try {
        script.fault().run();
      } catch (Exception e) {
        FaultInjectingStore.<RuntimeException>sneak(e);
      }
    }
  }

  /** Throws any exception, declared or not, as a store written in another JVM language may. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> void sneak(Throwable thrown) throws T {
    throw (T) thrown;
  }
}
