package org.tokenfilter.token;

/** The registration of a listener. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {
  /** Removes the listener. Idempotent. */
  @Override
  void close();
}
