package org.tokenfilter.testsupport;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.store.tck.ForwardingTokenStore;

/** A store whose answers a test can replace or turn into exceptions. */
public final class ByzantineStore extends ForwardingTokenStore {

  /** A replacement of an answer; it can get the true answer, so that the call takes effect. */
  @FunctionalInterface
  public interface Fault {
    @Nullable Object answer(Supplier<?> truth) throws Throwable;
  }

  private final Map<Call, Fault> faults = new ConcurrentHashMap<>();

  public ByzantineStore(TokenStore store) {
    super(store);
  }

  /** Replaces the answers of a call until the faults are cleared. */
  public void inject(Call call, Fault lie) {
    faults.put(call, lie);
  }

  public void clearFaults() {
    faults.clear();
  }

  @Override
  @SuppressWarnings({"unchecked", "NullAway"}) // deliberately violates the contract
  protected <T> T execute(Call call, Supplier<T> truth) {
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
