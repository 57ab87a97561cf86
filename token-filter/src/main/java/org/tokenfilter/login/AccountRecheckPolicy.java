package org.tokenfilter.login;

import java.time.Duration;
import java.util.Optional;
import org.tokenfilter.credentials.AccountStatusProvider;

/**
 * The settings for checking again, on each node, whether the accounts of subjects are still active.
 *
 * @param interval the time for which a status is valid; zero turns the check off
 * @param provider the provider of account statuses
 */
public record AccountRecheckPolicy(Duration interval, AccountStatusProvider provider) {

  /** No check after the login. Users stay logged in for as long as their tokens live. */
  public static final AccountRecheckPolicy NEVER =
      new AccountRecheckPolicy(Duration.ZERO, Optional::of);

  /**
   * Validates the interval.
   *
   * @throws IllegalArgumentException if the interval is negative
   */
  public AccountRecheckPolicy {
    if (interval.isNegative()) {
      throw new IllegalArgumentException("interval must not be negative");
    }
  }
}
