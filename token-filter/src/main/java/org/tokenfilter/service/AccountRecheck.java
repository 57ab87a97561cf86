package org.tokenfilter.service;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.tokenfilter.token.Subject;

/**
 * The settings for checking again, on each node, whether the accounts of subjects are still active.
 *
 * @param interval the time for which a status is valid; zero turns the check off
 * @param provider the provider of account statuses
 */
public record AccountRecheck(Duration interval, AccountStatusProvider provider) {

  /** No check after the login. Users stay logged in for as long as their tokens live. */
  public static final AccountRecheck NEVER = new AccountRecheck(Duration.ZERO, Optional::of);

  /**
   * Validates the interval.
   *
   * @throws IllegalArgumentException if the interval is negative
   */
  public AccountRecheck {
    if (interval.isNegative()) {
      throw new IllegalArgumentException("interval must not be negative");
    }
  }

  /** A provider of the current status of accounts. Must be thread-safe. */
  @FunctionalInterface
  public interface AccountStatusProvider {
    /**
     * Returns the current state of the account of a subject.
     *
     * @param subject the subject with the roles and attributes of one of its logins
     * @return a subject of the same name with its current roles; empty if the account is no longer
     *     active
     * @throws IOException if the status could not be determined
     */
    Optional<Subject> current(Subject subject) throws IOException;
  }
}
