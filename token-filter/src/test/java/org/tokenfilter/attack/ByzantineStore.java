package org.tokenfilter.attack;

import org.tokenfilter.store.tck.ForwardingTokenStore;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;

/** A store whose answers a test can replace or turn into exceptions. */
final class ByzantineStore extends ForwardingTokenStore {

  /** A replacement of an answer; it can get the true answer, so that the call takes effect. */
  @FunctionalInterface
  interface Fault {
    @Nullable Object answer(Supplier<?> truth) throws Throwable;
  }

  private final Map<Call, Fault> faults = new ConcurrentHashMap<>();

  ByzantineStore(TokenStore store) {
    super(store);
  }

  /** Replaces the answers of a call until the faults are cleared. */
  void inject(Call call, Fault lie) {
    faults.put(call, lie);
  }

  void clearFaults() {
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
