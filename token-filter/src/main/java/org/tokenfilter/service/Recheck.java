package org.tokenfilter.service;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.tokenfilter.token.Subject;

/**
 * Whether subjects may still go on is asked anew, on each node.
 *
 * @param interval how long an answer counts; zero: nobody is ever asked
 * @param accounts who is asked
 */
public record Recheck(Duration interval, Accounts accounts) {

  /** Who logged in goes on for as long as his tokens live. */
  public static final Recheck NEVER = new Recheck(Duration.ZERO, Optional::of);

  /**
   * Refuses an interval before it begins.
   *
   * @throws IllegalArgumentException if the interval is negative
   */
  public Recheck {
    if (interval.isNegative()) {
      throw new IllegalArgumentException("a negative interval");
    }
  }

  /** Whoever keeps the accounts. Must be thread-safe. */
  @FunctionalInterface
  public interface Accounts {
    /**
     * Says whether a subject may go on.
     *
     * @param subject as one of his logins left him
     * @return the same name, with the roles that he has now; empty if he may not go on
     * @throws IOException if that could not be decided
     */
    Optional<Subject> current(Subject subject) throws IOException;
  }
}
