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
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Ends;
import org.tokenfilter.store.Insertion;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Position;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.Sweep;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;

/**
 * A store that fails when it is told to, for tests of what uses one:
 *
 * <pre>{@code
 * FaultyTokenStore store = new FaultyTokenStore(new InMemoryTokenStore());
 * store.failAfter(Call.END, 1);   // the next end takes effect, but its answer is lost
 * store.failBefore(Call.FIND, 2); // the next find works, the one after it does not
 * Hold hold = store.holdBefore(Call.RENEW, 1);
 * }</pre>
 *
 * <p>Calls are counted from when the fault is asked for, and 1 is the next one; each fault happens
 * once. Where several are asked for one call, they happen in the order in which they were asked
 * for. Safe for many threads.
 */
public final class FaultyTokenStore implements TokenStore {

  /** The methods that can fail. */
  public enum Call {
    /** {@link TokenStore#insert}. */
    INSERT,
    /** {@link TokenStore#find}. */
    FIND,
    /** {@link TokenStore#renew}. */
    RENEW,
    /** {@link TokenStore#replace}. */
    REPLACE,
    /** {@link TokenStore#end}. */
    END,
    /** {@link TokenStore#endAll}. */
    END_ALL,
    /** {@link TokenStore#list}. */
    LIST,
    /** {@link TokenStore#endedWithin}. */
    ENDED_WITHIN,
    /** {@link TokenStore#sweep}. */
    SWEEP
  }

  private final TokenStore store;
  private final FaultScript script = new FaultScript();

  /** Works like this store, until it is told to fail. */
  public FaultyTokenStore(TokenStore store) {
    this.store = store;
  }

  /** The nth call from now fails before it has an effect: nothing changes. */
  public void failBefore(Call call, int nth) {
    before(call, nth, () -> fail(call + " failed before its effect"));
  }

  /** The nth call from now fails after its effect: the answer is lost on its way. */
  public void failAfter(Call call, int nth) {
    after(call, nth, () -> fail(call + " failed after its effect"));
  }

  /** The nth call from now hangs before it has an effect, until it is released. */
  public Hold holdBefore(Call call, int nth) {
    Hold hold = new Hold();
    before(call, nth, hold::hang);
    return hold;
  }

  /** The nth call from now hangs after its effect, until it is released. */
  public Hold holdAfter(Call call, int nth) {
    Hold hold = new Hold();
    after(call, nth, hold::hang);
    return hold;
  }

  /** Takes a step before the effect of the nth call from now; what it throws, the call throws. */
  public void before(Call call, int nth, Runnable step) {
    script.before(call, nth, step);
  }

  /** Takes a step after the effect of the nth call from now; what it throws, the call throws. */
  public void after(Call call, int nth, Runnable step) {
    script.after(call, nth, step);
  }

  /** Takes a step before each call of any method, such as a delay, until {@link #mend}. */
  public void beforeEach(Runnable step) {
    script.beforeEach(step);
  }

  /** Fails each call of any method before it has an effect, until {@link #mend}. */
  public void cut() {
    beforeEach(() -> fail("the store is cut off"));
  }

  /** Forgets all faults that were asked for. Calls that hang go on hanging until released. */
  public void mend() {
    script.clear();
  }

  /** How often a method was called so far, failed calls included. */
  public int calls(Call call) {
    return script.calls(call);
  }

  @Override
  public Insertion insert(TokenRecord record, Limit limit, Instant now) {
    return play(Call.INSERT, () -> store.insert(record, limit, now));
  }

  @Override
  public Optional<TokenRecord> find(TokenId id) {
    return play(Call.FIND, () -> store.find(id));
  }

  @Override
  public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
    return play(Call.RENEW, () -> store.renew(renewals, now));
  }

  @Override
  public boolean replace(TokenId id, TokenRecord successor, Instant now) {
    return play(Call.REPLACE, () -> store.replace(id, successor, now));
  }

  @Override
  public List<TokenId> end(TokenId id, Ending ending) {
    return play(Call.END, () -> store.end(id, ending));
  }

  @Override
  public List<TokenId> endAll(Selection selection, Ending ending, int limit) {
    return play(Call.END_ALL, () -> store.endAll(selection, ending, limit));
  }

  @Override
  public List<TokenRecord> list(String subject, Instant now, @Nullable Position after, int limit) {
    return play(Call.LIST, () -> store.list(subject, now, after, limit));
  }

  @Override
  public Ends endedWithin(Duration window, int limit) {
    return play(Call.ENDED_WITHIN, () -> store.endedWithin(window, limit));
  }

  @Override
  public Sweep sweep(Instant expiredBefore, Instant deadBefore, int limit) {
    return play(Call.SWEEP, () -> store.sweep(expiredBefore, deadBefore, limit));
  }

  /** Watches the store below; never fails. */
  @Override
  public AutoCloseable watch(Consumer<TokenId> ended) {
    return store.watch(ended);
  }

  /** Closes the store below; never fails. */
  @Override
  public void close() {
    store.close();
  }

  private <T> T play(Call call, Supplier<T> effect) {
    FaultScript.Steps steps = script.next(call);
    steps.before().forEach(Runnable::run);
    T answer = effect.get();
    steps.after().forEach(Runnable::run);
    return answer;
  }

  private static void fail(String message) {
    throw new TokenStoreException(message, null, true);
  }
}
