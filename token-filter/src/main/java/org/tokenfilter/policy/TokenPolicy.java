package org.tokenfilter.policy;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Limit;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The policy for lifetimes, limits and client binding of tokens.
 *
 * @param sessionIdleTimeout the idle timeout of session tokens
 * @param userIdleTimeout the idle timeout of user tokens and their sessions
 * @param absoluteTimeout the absolute timeout of tokens with an idle timeout; zero for none
 * @param openMaxLifetime the longest time to live of an open token
 * @param openUnlimited true if an open token may live without limit
 * @param clientLifetime the time to live of an API client's token
 * @param refreshGrace the time for which a refreshed token still yields its successor
 * @param reusePolicy the reaction to a refreshed token that is presented after the grace period
 * @param sessionLimit the limit of open sessions of a subject
 * @param binding the part of the client address that a session token is bound to
 */
public record TokenPolicy(
    Duration sessionIdleTimeout,
    Duration userIdleTimeout,
    Duration absoluteTimeout,
    Duration openMaxLifetime,
    boolean openUnlimited,
    Duration clientLifetime,
    Duration refreshGrace,
    ReusePolicy reusePolicy,
    Limit sessionLimit,
    Binding binding) {

  /** The reaction to the reuse of a refreshed token, which is rejected in any case. */
  public enum ReusePolicy {
    /** Reports the reuse to the audit log and the listeners. */
    REPORT,
    /**
     * Reports the reuse and also revokes the successor, because one of its two holders is an
     * attacker.
     */
    END_FAMILY
  }

  /** Returns a builder of a policy, with the defaults of the settings. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder of a policy. Each method sets the component of its name. Not thread-safe. */
  public static final class Builder {
    private Duration sessionIdleTimeout = Duration.ofMinutes(30);
    private Duration userIdleTimeout = Duration.ofMinutes(15);
    private Duration absoluteTimeout = Duration.ofDays(7);
    private Duration openMaxLifetime = Duration.ofDays(365);
    private boolean openUnlimited = true;
    private Duration clientLifetime = Duration.ofDays(1);
    private Duration refreshGrace = Duration.ZERO;
    private ReusePolicy reusePolicy = ReusePolicy.REPORT;
    private Limit sessionLimit = Limit.NONE;
    private Binding binding = Binding.ADDRESS;

    private Builder() {}

    /** Sets {@link TokenPolicy#sessionIdleTimeout}. */
    public Builder sessionIdleTimeout(Duration value) {
      sessionIdleTimeout = value;
      return this;
    }

    /** Sets {@link TokenPolicy#userIdleTimeout}. */
    public Builder userIdleTimeout(Duration value) {
      userIdleTimeout = value;
      return this;
    }

    /** Sets {@link TokenPolicy#absoluteTimeout}. */
    public Builder absoluteTimeout(Duration value) {
      absoluteTimeout = value;
      return this;
    }

    /** Sets {@link TokenPolicy#openMaxLifetime}. */
    public Builder openMaxLifetime(Duration value) {
      openMaxLifetime = value;
      return this;
    }

    /** Sets {@link TokenPolicy#openUnlimited}. */
    public Builder openUnlimited(boolean value) {
      openUnlimited = value;
      return this;
    }

    /** Sets {@link TokenPolicy#clientLifetime}. */
    public Builder clientLifetime(Duration value) {
      clientLifetime = value;
      return this;
    }

    /** Sets {@link TokenPolicy#refreshGrace}. */
    public Builder refreshGrace(Duration value) {
      refreshGrace = value;
      return this;
    }

    /** Sets {@link TokenPolicy#reusePolicy}. */
    public Builder reusePolicy(ReusePolicy value) {
      reusePolicy = value;
      return this;
    }

    /** Sets {@link TokenPolicy#sessionLimit}. */
    public Builder sessionLimit(Limit value) {
      sessionLimit = value;
      return this;
    }

    /** Sets {@link TokenPolicy#binding}. */
    public Builder binding(Binding value) {
      binding = value;
      return this;
    }

    /** Returns the policy. */
    public TokenPolicy build() {
      return new TokenPolicy(
          sessionIdleTimeout,
          userIdleTimeout,
          absoluteTimeout,
          openMaxLifetime,
          openUnlimited,
          clientLifetime,
          refreshGrace,
          reusePolicy,
          sessionLimit,
          binding);
    }
  }

  /**
   * Returns the absolute expiry of a token with an idle timeout.
   *
   * @param issuedAt the time of issue
   * @param ttl the requested time to live; zero for the policy's
   * @return the expiry; null if there is no absolute timeout
   */
  public @Nullable Instant absoluteExpiry(Instant issuedAt, Duration ttl) {
    Duration limit = ttl;
    if (!absoluteTimeout.isZero() && (ttl.isZero() || ttl.compareTo(absoluteTimeout) > 0)) {
      limit = absoluteTimeout;
    }
    return limit.isZero() ? null : issuedAt.plus(limit);
  }

  /**
   * Returns the expiry of an open token.
   *
   * @param issuedAt the time of issue
   * @param ttl the requested time to live; zero for no limit
   * @return the expiry; null if the token never expires
   * @throws TokenRejectedException if the requested time is longer than the policy allows
   */
  public @Nullable Instant openTokenExpiry(Instant issuedAt, Duration ttl)
      throws TokenRejectedException {
    if (ttl.isZero()) {
      if (!openUnlimited) {
        throw new TokenRejectedException(
            Rejection.BAD_REQUEST, "open tokens that live for ever are not allowed");
      }
      return null;
    }
    if (ttl.compareTo(openMaxLifetime) > 0) {
      throw new TokenRejectedException(
          Rejection.BAD_REQUEST, "an open token lives at most " + openMaxLifetime);
    }
    return issuedAt.plus(ttl);
  }

  /**
   * The part of the client's address that a session token is bound to. A change of the setting
   * applies to tokens that are issued afterwards.
   */
  public enum Binding {
    /** No binding. Any client that has both the token and its session id may use them. */
    OFF,
    /** The client's address. */
    ADDRESS,
    /** The client's network: {@code /24} of IPv4, {@code /64} of IPv6. */
    PREFIX,
    /**
     * The client's network, while the client uses the same version of IP as at its login. A request
     * from an address of the other version is not checked.
     */
    DUAL_STACK;

    /** Returns the value that a record of this client is bound to; null for no binding. */
    public @Nullable String valueFor(ClientAddress client) {
      return switch (this) {
        case OFF -> null;
        case ADDRESS -> client.toString();
        case PREFIX -> client.prefix();
        case DUAL_STACK -> client.dualStackPrefix();
      };
    }
  }
}
