package org.tokenfilter.config;

import java.io.Serial;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A copy of a store's failure for the log, with its causes. Settings that the messages repeat are
 * masked, since they may be secret. Only messages and stack traces are copied.
 */
final class MaskedFailure extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  private final String masked;

  private MaskedFailure(String shown, Throwable failure, @Nullable Throwable cause) {
    super(shown, cause, true, true);
    this.masked = shown;
    setStackTrace(failure.getStackTrace());
  }

  /**
   * Creates the masked copy of a failure.
   *
   * @param settings the settings that its messages may repeat, by name
   */
  static Throwable of(Throwable failure, Map<String, String> settings) {
    return of(failure, settings, Collections.newSetFromMap(new IdentityHashMap<>()));
  }

  private static MaskedFailure of(
      Throwable failure, Map<String, String> settings, Set<Throwable> seen) {
    seen.add(failure);
    Throwable cause = failure.getCause();
    MaskedFailure shown =
        new MaskedFailure(
            SettingMasker.maskMessage(failure.toString(), settings),
            failure,
            cause == null || seen.contains(cause) ? null : of(cause, settings, seen));
    for (Throwable suppressed : failure.getSuppressed()) {
      if (!seen.contains(suppressed)) {
        shown.addSuppressed(of(suppressed, settings, seen));
      }
    }
    return shown;
  }

  /** Returns the masked text of the original failure, which logs print. */
  @Override
  @SuppressWarnings("OverrideThrowableToString") // it would prepend this class's name
  public String toString() {
    return masked;
  }
}
