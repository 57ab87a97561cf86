package org.tokenfilter.service;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Rejection;

/**
 * The statistics of a token service since its creation. Each count only grows. Thread-safe: reads
 * never block, and two counts that are read one after the other may belong to different moments.
 *
 * <p>A validation is one token that a request presents, with exactly one outcome: accepted,
 * rejected or unavailable. If the request names a session of a user token, the outcome for the
 * session is counted instead of the outcome for the user token. Introspection (RFC 7662) and
 * revocation (RFC 7009) of tokens that do not authenticate the request are not counted as
 * validations, and neither are requests without a token or with two different tokens.
 */
public final class TokenStatistics {

  /** The reasons for which a validation can reject a token. */
  public static final Set<Rejection> REJECTIONS =
      Collections.unmodifiableSet(
          EnumSet.of(
              Rejection.INVALID,
              Rejection.UNKNOWN,
              Rejection.EXPIRED,
              Rejection.CLOSED,
              Rejection.REPLACED,
              Rejection.EVICTED,
              Rejection.BAD_REQUEST,
              Rejection.TOO_MANY_REFRESHES));

  /** The reasons for which a login can be rejected. */
  public static final Set<Rejection> LOGIN_REJECTIONS =
      Collections.unmodifiableSet(
          EnumSet.of(Rejection.WRONG_CREDENTIALS, Rejection.TOO_MANY_LOGINS, Rejection.LOGIN_BUSY));

  /** The cause for which a node cleared its token cache. */
  public enum CacheClearCause {
    /**
     * The store did not know which of its changes the node had seen: it was not asked for minutes,
     * or was restored or failed over. With several shards, only the tokens of one were removed.
     */
    GAP
  }

  private final LongAdder accepted = new LongAdder();
  private final LongAdder reclassified = new LongAdder();
  private final AtomicLong acceptedHighWater = new AtomicLong();
  private final Map<Rejection, LongAdder> rejected = adders(Rejection.class);
  private final LongAdder unavailable = new LongAdder();
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder renewalsRequested = new LongAdder();
  private final LongAdder renewalsWritten = new LongAdder();
  private final Map<TokenKind, LongAdder> issued = adders(TokenKind.class);
  private final Map<RevocationReason, LongAdder> revoked = adders(RevocationReason.class);
  private final Map<Rejection, LongAdder> failedLogins = adders(Rejection.class);
  private final Map<CacheClearCause, LongAdder> cacheClears = adders(CacheClearCause.class);
  private final TokenListener asListener = new CountingListener();

  TokenStatistics() {}

  private static <E extends Enum<E>> Map<E, LongAdder> adders(Class<E> keys) {
    return Arrays.stream(keys.getEnumConstants())
        .collect(
            Collectors.toMap(
                Function.identity(),
                key -> new LongAdder(),
                (one, other) -> one,
                () -> new EnumMap<>(keys)));
  }

  /** Returns the number of validations that accepted the token. */
  public long accepted() {
    // Read in this order, so that a concurrent reclassification may be missed but never counts
    // twice.
    long all = accepted.sum();
    long back = reclassified.sum();
    // A validation may be reclassified after it was reported, and a reported count never decreases.
    return acceptedHighWater.accumulateAndGet(all - back, Math::max);
  }

  /**
   * Returns the number of validations that rejected the token for a reason. It is zero for a reason
   * that is not in {@link #REJECTIONS}.
   */
  public long rejected(Rejection rejection) {
    return sum(rejected, rejection);
  }

  /**
   * Returns the number of validations without a result, because the store or another component
   * failed.
   */
  public long unavailable() {
    return unavailable.sum();
  }

  /** Returns the number of record lookups that were answered from memory. */
  public long hits() {
    return hits.sum();
  }

  /**
   * Returns the number of record lookups that read the store, or shared the read of another
   * request.
   */
  public long misses() {
    return misses.sum();
  }

  /**
   * Returns the number of requested renewals: successful requests that are not passive, and calls
   * of {@link TokenService#keepAlive}.
   */
  public long renewalsRequested() {
    return renewalsRequested.sum();
  }

  /**
   * Returns the number of renewals that the store has acknowledged, each of one record. A use of a
   * session also renews its user token. Many uses of a token are written as one renewal.
   */
  public long renewalsWritten() {
    return renewalsWritten.sum();
  }

  /** Returns the number of tokens that were issued, or sessions that were opened, of a kind. */
  public long issued(TokenKind kind) {
    return sum(issued, kind);
  }

  /**
   * Returns the number of records that this node has revoked for a reason, including records that
   * its sweep has expired. Each revocation is counted on one node only.
   */
  public long revoked(RevocationReason reason) {
    return sum(revoked, reason);
  }

  /**
   * Returns the number of logins that were rejected for a reason. It is zero for a reason that is
   * not in {@link #LOGIN_REJECTIONS}.
   */
  public long failedLogins(Rejection rejection) {
    return sum(failedLogins, rejection);
  }

  /** Returns the number of times that the token cache was cleared for a cause. */
  public long cacheClears(CacheClearCause cause) {
    return sum(cacheClears, cause);
  }

  void recordCacheClear(CacheClearCause cause) {
    increment(cacheClears, cause);
  }

  void recordAccepted() {
    accepted.increment();
  }

  /** Withdraws one accepted validation, because another validation of the same request follows. */
  void reclassify() {
    reclassified.increment();
  }

  void recordRejected(Rejection rejection) {
    increment(rejected, rejection);
  }

  void recordUnavailable() {
    unavailable.increment();
  }

  void recordHit() {
    hits.increment();
  }

  void recordMiss() {
    misses.increment();
  }

  void recordRenewalRequested() {
    renewalsRequested.increment();
  }

  void recordRenewalWritten() {
    renewalsWritten.increment();
  }

  /** Returns the listener that counts events at the time when they occur. */
  TokenListener asListener() {
    return asListener;
  }

  private static <E extends Enum<E>> long sum(Map<E, LongAdder> adders, E key) {
    LongAdder adder = adders.get(key);
    return adder == null ? 0 : adder.sum();
  }

  private static <E extends Enum<E>> void increment(Map<E, LongAdder> adders, E key) {
    LongAdder adder = adders.get(key);
    if (adder != null) {
      adder.increment();
    }
  }

  private final class CountingListener implements TokenListener {
    @Override
    public void tokenIssued(TokenRecord record) {
      increment(issued, record.kind());
    }

    @Override
    public void tokenRevoked(TokenId id, RevocationReason reason) {
      increment(revoked, reason);
    }

    @Override
    public void loginFailed(String username, Rejection rejection, ClientAddress client) {
      increment(failedLogins, rejection);
    }
  }
}
