package org.tokenfilter.monitor;

/**
 * A listener that is notified of each finished call of the token store. It runs on the thread of
 * the call, which usually serves a request, so it must be fast and must not block. Implementations
 * must be thread-safe, because several threads may notify a listener at the same time. An exception
 * of the listener is logged and does not affect the call.
 */
@FunctionalInterface
public interface StoreCallListener {

  /** The outcome of a call. */
  enum Outcome {
    /** The store returned a result, whatever the result is. */
    OK,
    /** The call threw an exception, so that its effect is unknown. */
    FAILED
  }

  /**
   * Receives a finished call.
   *
   * @param operation the called operation
   * @param outcome the outcome of the call
   * @param nanos the duration of the call in nanoseconds, including the wait for a permit
   */
  void callFinished(StoreOperation operation, Outcome outcome, long nanos);
}
