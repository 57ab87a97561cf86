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
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Rejection;

/**
 * What a service has counted since it was made. Each count only grows. Thread-safe; reading waits
 * for nobody, and counts that are read one after the other may be of different moments.
 *
 * <p>A validation is a token that a request presents, and its one outcome: accepted, refused, or
 * not known. A session that a user token goes on in has the last word on its request: where it is
 * refused, the request counts as that refusal and not as accepted. Tokens that somebody asks about
 * or revokes without being let in by them (RFC 7662, RFC 7009) are none, and no more are requests
 * without a token or with two that differ: nothing is validated there.
 */
public final class TokenCounts {

  /** All that a validation can be refused for. */
  public static final Set<Rejection> REFUSALS =
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

  /** All that a login can be refused for. */
  public static final Set<Rejection> LOGIN_FAILURES =
      Collections.unmodifiableSet(
          EnumSet.of(Rejection.WRONG_CREDENTIALS, Rejection.TOO_MANY_LOGINS, Rejection.LOGIN_BUSY));

  /** Why all that a node had in memory was forgotten. */
  public enum Emptying {
    /** More tokens ended than are listed. */
    TOO_MANY_ENDS,
    /** For too long the store was not asked, or did not answer. */
    GAP
  }

  private final LongAdder accepted = new LongAdder();
  private final LongAdder takenBack = new LongAdder();
  private final AtomicLong mostAccepted = new AtomicLong();
  private final Map<Rejection, LongAdder> refused = adders(Rejection.class);
  private final LongAdder unavailable = new LongAdder();
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder offered = new LongAdder();
  private final LongAdder written = new LongAdder();
  private final Map<TokenKind, LongAdder> issued = adders(TokenKind.class);
  private final Map<Reason, LongAdder> ended = adders(Reason.class);
  private final Map<Rejection, LongAdder> loginsFailed = adders(Rejection.class);
  private final Map<Emptying, LongAdder> emptied = adders(Emptying.class);
  private final TokenListener hearing = new Hearing();

  TokenCounts() {}

  private static <E extends Enum<E>> Map<E, LongAdder> adders(Class<E> keys) {
    return Arrays.stream(keys.getEnumConstants())
        .collect(
            Collectors.toMap(
                Function.identity(),
                key -> new LongAdder(),
                (one, other) -> one,
                () -> new EnumMap<>(keys)));
  }

  /** Validations that found the token good. */
  public long accepted() {
    // In this order: what is taken back meanwhile is perhaps missing, and never counted twice.
    long all = accepted.sum();
    long back = takenBack.sum();
    // One that is taken back was perhaps shown already, and what was shown never goes down.
    return mostAccepted.accumulateAndGet(all - back, Math::max);
  }

  /** Validations that refused the token for this; zero for what is not in {@link #REFUSALS}. */
  public long refused(Rejection rejection) {
    return sum(refused, rejection);
  }

  /** Validations without an answer: the store, or another part, could not give one. */
  public long unavailable() {
    return unavailable.sum();
  }

  /** Look-ups of records that were answered from memory. */
  public long hits() {
    return hits.sum();
  }

  /** Look-ups of records that asked the store, or shared the question of another request. */
  public long misses() {
    return misses.sum();
  }

  /** Uses that count: successful requests that are not passive, and calls of keepAlive. */
  public long offered() {
    return offered.sum();
  }

  /**
   * Renewals that the store has acknowledged, each of one record: a use of a session renews its
   * user token, too, and many uses of a token are written as one.
   */
  public long written() {
    return written.sum();
  }

  /** Tokens that were issued, and sessions that were opened. */
  public long issued(TokenKind kind) {
    return sum(issued, kind);
  }

  /** Records that this node has ended, its sweep included: each end counts on one node alone. */
  public long ended(Reason reason) {
    return sum(ended, reason);
  }

  /** Logins that were refused for this; zero for what is not in {@link #LOGIN_FAILURES}. */
  public long loginsFailed(Rejection rejection) {
    return sum(loginsFailed, rejection);
  }

  /** How often all live tokens were taken out of memory for this. */
  public long emptied(Emptying cause) {
    return sum(emptied, cause);
  }

  void empty(Emptying cause) {
    increment(emptied, cause);
  }

  void accept() {
    accepted.increment();
  }

  /** What was accepted is judged once more. */
  void takeBack() {
    takenBack.increment();
  }

  void refuse(Rejection rejection) {
    increment(refused, rejection);
  }

  void fail() {
    unavailable.increment();
  }

  void hit() {
    hits.increment();
  }

  void miss() {
    misses.increment();
  }

  void offer() {
    offered.increment();
  }

  void write() {
    written.increment();
  }

  /** Counts what listeners are told, when it happens. */
  TokenListener hearing() {
    return hearing;
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

  private final class Hearing implements TokenListener {
    @Override
    public void issued(TokenRecord record) {
      increment(issued, record.kind());
    }

    @Override
    public void ended(TokenId id, Reason reason) {
      increment(ended, reason);
    }

    @Override
    public void loginFailed(String username, Rejection rejection, ClientAddress client) {
      increment(loginsFailed, rejection);
    }
  }
}
