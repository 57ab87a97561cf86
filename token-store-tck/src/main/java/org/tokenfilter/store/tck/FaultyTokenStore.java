package org.tokenfilter.store.tck;

import java.util.function.Supplier;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;

/**
 * A token store that fails on demand, for tests of its callers:
 *
 * <pre>{@code
 * FaultyTokenStore store = new FaultyTokenStore(new InMemoryTokenStore());
 * store.failAfter(Call.REVOKE, 1); // the next revocation takes effect, but its answer is lost
 * store.failBefore(Call.FIND, 2);  // the next find succeeds, the one after it fails
 * PausedCall pausedCall = store.pauseBefore(Call.RENEW, 1);
 * }</pre>
 *
 * <p>A call is identified by its number, counted from the request for the fault: 1 is the next call
 * of that method. Each fault occurs once. Several faults of one call occur in the order in which
 * they were requested. Thread-safe.
 */
public final class FaultyTokenStore extends ForwardingTokenStore {

  /** A method that can fail. */
  public enum Call {
    /** {@link TokenStore#insert}. */
    INSERT,
    /** {@link TokenStore#find(java.util.Collection)}, and the one for a single id. */
    FIND,
    /** {@link TokenStore#renew}. */
    RENEW,
    /** {@link TokenStore#amend}. */
    AMEND,
    /** {@link TokenStore#replace}. */
    REPLACE,
    /** {@link TokenStore#revoke}. */
    REVOKE,
    /** {@link TokenStore#revokeAll}. */
    REVOKE_ALL,
    /** {@link TokenStore#list}. */
    LIST,
    /** {@link TokenStore#changes}. */
    CHANGES,
    /** {@link TokenStore#sweep}. */
    SWEEP,
    /** {@link TokenStore#mark}. */
    MARK,
    /** {@link TokenStore#marked}. */
    MARKED
  }

  private final FaultScript script = new FaultScript();

  /**
   * Creates a store without faults.
   *
   * @param store the store that handles the calls
   */
  public FaultyTokenStore(TokenStore store) {
    super(store);
  }

  /** Makes the nth call from now fail before its effect, so that nothing changes. */
  public void failBefore(Call call, int nth) {
    before(call, nth, () -> fail(call + " failed before its effect, as requested"));
  }

  /** Makes the nth call from now fail after its effect, as if its answer were lost. */
  public void failAfter(Call call, int nth) {
    after(call, nth, () -> fail(call + " failed after its effect, as requested"));
  }

  /** Pauses the nth call from now before its effect, until the result is released. */
  public PausedCall pauseBefore(Call call, int nth) {
    PausedCall pausedCall = new PausedCall();
    before(call, nth, pausedCall::pause);
    return pausedCall;
  }

  /** Pauses the nth call from now after its effect, until the result is released. */
  public PausedCall pauseAfter(Call call, int nth) {
    PausedCall pausedCall = new PausedCall();
    after(call, nth, pausedCall::pause);
    return pausedCall;
  }

  /** Runs a step before the effect of the nth call from now; the call rethrows its exceptions. */
  public void before(Call call, int nth, Runnable step) {
    script.before(call, nth, step);
  }

  /** Runs a step after the effect of the nth call from now; the call rethrows its exceptions. */
  public void after(Call call, int nth, Runnable step) {
    script.after(call, nth, step);
  }

  /** Runs a step, such as a delay, before each call of any method, until {@link #clearFaults}. */
  public void beforeEach(Runnable step) {
    script.beforeEach(step);
  }

  /** Makes each call of any method fail before its effect, until {@link #clearFaults}. */
  public void failAll() {
    beforeEach(() -> fail("all calls fail, as requested"));
  }

  /** Removes all requested faults. Calls that are paused already stay so until released. */
  public void clearFaults() {
    script.clear();
  }

  /** Returns the number of calls of a method so far, failed calls included. */
  public int callCount(Call call) {
    return script.calls(call);
  }

  /** Executes a call with its faults; watching and closing never fail. */
  @Override
  protected <T> T execute(Call call, Supplier<T> effect) {
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
