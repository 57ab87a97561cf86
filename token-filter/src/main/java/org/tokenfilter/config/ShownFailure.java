package org.tokenfilter.config;

import java.io.Serial;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A failure of a store's as it may be logged, with its causes: all of it but what its messages
 * repeat of the settings, which may be secret. Only its texts and stack traces are kept.
 */
final class ShownFailure extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  private final String shown;

  private ShownFailure(String shown, Throwable failure, @Nullable Throwable cause) {
    super(shown, cause, true, true);
    this.shown = shown;
    setStackTrace(failure.getStackTrace());
  }

  /**
   * The failure as it may be shown.
   *
   * @param settings what its messages may repeat, by name
   */
  static Throwable of(Throwable failure, Map<String, String> settings) {
    return of(failure, settings, Collections.newSetFromMap(new IdentityHashMap<>()));
  }

  private static ShownFailure of(
      Throwable failure, Map<String, String> settings, Set<Throwable> seen) {
    seen.add(failure);
    Throwable cause = failure.getCause();
    ShownFailure shown =
        new ShownFailure(
            ShownSetting.message(failure.toString(), settings),
            failure,
            cause == null || seen.contains(cause) ? null : of(cause, settings, seen));
    for (Throwable suppressed : failure.getSuppressed()) {
      if (!seen.contains(suppressed)) {
        shown.addSuppressed(of(suppressed, settings, seen));
      }
    }
    return shown;
  }

  /** As the failure itself would say it: logs print this. */
  @Override
  @SuppressWarnings("OverrideThrowableToString") // else this class's name would stand before it
  public String toString() {
    return shown;
  }
}
