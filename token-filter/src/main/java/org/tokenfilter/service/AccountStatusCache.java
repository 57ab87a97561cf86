package org.tokenfilter.service;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.guard.Bulkhead;
import org.tokenfilter.guard.SingleFlight;
import org.tokenfilter.login.AccountRecheckPolicy;
import org.tokenfilter.memory.HeapSize;
import org.tokenfilter.policy.ServiceEnvironment;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.token.RefusalCause;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A cache of account statuses, which hold the current roles of a subject or say that its account is
 * no longer active. A status is valid for the recheck interval, counted from the start of its
 * lookup, and for tokens that were issued before the lookup. One that only confirms the roles of a
 * token is valid for tokens with these roles. Without a valid status the request calls the provider
 * of account statuses. If that fails, the outcome is unknown and the request is not let through. A
 * subject whose account is no longer active is rejected on this node from then on, and all its
 * tokens are revoked in the store, so that the other nodes reject them too. This does not happen
 * while so many accounts are reported as inactive at once that the reports are {@link
 * MassDisableDetector doubted}. Bounded in memory: under a flood of subjects the least used ones
 * are evicted and looked up again. Thread-safe.
 */
final class AccountStatusCache {

  private static final Logger LOG = LoggerFactory.getLogger(AccountStatusCache.class);

  /** The number of parts of the memory budget, one of which is for failed lookups. */
  private static final int BUDGET_PARTS = 5;

  private static final long FAILURE_BYTES = HeapSize.object(1, Long.BYTES) + HeapSize.DURATION;

  /** The time after a failed lookup during which the same subject is not looked up again. */
  static final Duration FAILURE_BACKOFF = Duration.ofSeconds(1);

  /** The number of threads that a provider that hangs can block. */
  static final int MAX_CONCURRENT = 16;

  /** The maximum number of lookups, since a shared one may have started before the login. */
  private static final int MAX_TRIES = 3;

  private final AccountRecheckPolicy recheck;
  private final Clock clock;
  private final LongSupplier nanoTime;
  private final SingleFlight<Key, AccountStatus> calls;
  private final Bulkhead bulkhead;
  private final SubjectTokens tokens;
  private final TokenEvents events;
  private final Cache<Key, AccountStatus> statuses;
  private final Cache<String, Freshness.Mark> failures;
  private final MassDisableDetector detector;

  /**
   * The tokens that a status is valid for.
   *
   * @param confirmed the roles of the tokens, which the status confirms; null for all tokens of the
   *     subject
   */
  private record Key(String subject, @Nullable Set<String> confirmed) {

    long bytes() {
      return HeapSize.object(2, 0) + HeapSize.of(subject);
    }

    /** Written out, since the method that Java 17 generates for a record retains a class loader. */
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key
          && subject.equals(key.subject)
          && Objects.equals(confirmed, key.confirmed);
    }

    @Override
    public int hashCode() {
      return Objects.hash(subject, confirmed);
    }
  }

  AccountStatusCache(
      AccountRecheckPolicy recheck,
      Duration maxWait,
      ServiceEnvironment environment,
      SubjectTokens tokens,
      TokenEvents events) {
    this.recheck = recheck;
    this.clock = environment.clock();
    this.nanoTime = environment.nanoTime();
    this.calls = new SingleFlight<>(maxWait, "account status lookup", nanoTime);
    this.bulkhead =
        Bulkhead.failingFast(MAX_CONCURRENT, maxWait, "account status lookups", nanoTime);
    this.tokens = tokens;
    this.events = events;
    long budget = environment.memory().subjects() / BUDGET_PARTS;
    this.statuses =
        buildCache(
            recheck.interval(),
            nanoTime,
            budget * (BUDGET_PARTS - 1),
            Key::bytes,
            AccountStatus::bytes);
    this.failures =
        buildCache(FAILURE_BACKOFF, nanoTime, budget, HeapSize::of, mark -> FAILURE_BYTES);
    this.detector = new MassDisableDetector(nanoTime, environment.operatorLog());
  }

  private static <K, T> Cache<K, T> buildCache(
      Duration time,
      LongSupplier nanoTime,
      long budget,
      ToLongFunction<K> keySize,
      ToLongFunction<T> size) {
    return Caffeine.newBuilder()
        .maximumWeight(budget)
        .weigher(
            (K key, T value) ->
                (int) (HeapSize.CACHE_ENTRY + keySize.applyAsLong(key) + size.applyAsLong(value)))
        .expireAfterWrite(time)
        .ticker(nanoTime::getAsLong)
        .executor(Runnable::run)
        .build();
  }

  /**
   * Returns the current roles of the subject of a live record.
   *
   * @param now the start of the request
   * @throws TokenRejectedException if the subject's account is no longer active
   * @throws TokenStoreException if the status of the account could not be determined
   */
  Set<String> currentRoles(TokenRecord record, Instant now) throws TokenRejectedException {
    AccountStatus status = status(record, now);
    Set<String> roles = status.roles();
    if (roles == null) {
      revokeTokens(record.subject(), status);
      throw new TokenRejectedException(RefusalCause.ACCOUNT_INACTIVE);
    }
    return roles;
  }

  /** Returns the number of cached statuses. */
  long size() {
    statuses.cleanUp();
    return statuses.estimatedSize();
  }

  private AccountStatus status(TokenRecord record, Instant now) {
    AccountStatus known = cached(record, now);
    for (int i = 0; i < MAX_TRIES && known == null; i++) {
      Key same = new Key(record.subject(), record.roles());
      AccountStatus answer = calls.share(same, () -> cachedOrLoaded(record, now));
      known = answer.appliesTo(record) ? answer : null;
    }
    if (known == null || !isValid(known, record, now)) {
      throw new TokenStoreException("account status lookup timed out", null, true);
    }
    return known;
  }

  private @Nullable AccountStatus cached(TokenRecord record, Instant now) {
    AccountStatus ofAll = cached(new Key(record.subject(), null), record, now);
    return ofAll == null ? cached(new Key(record.subject(), record.roles()), record, now) : ofAll;
  }

  private @Nullable AccountStatus cached(Key key, TokenRecord record, Instant now) {
    AccountStatus status = statuses.getIfPresent(key);
    return status != null && isValid(status, record, now) ? status : null;
  }

  private boolean isValid(AccountStatus status, TokenRecord record, Instant now) {
    return status.appliesTo(record) && isWithin(recheck.interval(), status.lookedUpAt(), now);
  }

  private boolean isWithin(Duration time, Freshness.Mark since, Instant now) {
    Freshness.Mark present = new Freshness.Mark(nanoTime.getAsLong(), now);
    return Freshness.elapsed(since, present).compareTo(time) < 0;
  }

  /** Returns the status that another request may have cached meanwhile, or else loads it. */
  private AccountStatus cachedOrLoaded(TokenRecord record, Instant now) {
    AccountStatus known = cached(record, now);
    if (known != null) {
      return known;
    }
    Freshness.Mark failure = failures.getIfPresent(record.subject());
    if (failure != null && isWithin(FAILURE_BACKOFF, failure, now)) {
      throw new TokenStoreException("account status lookup failed recently", null, true);
    }
    bulkhead.enter();
    try {
      return load(record);
    } finally {
      bulkhead.leave();
    }
  }

  private AccountStatus load(TokenRecord record) {
    Freshness.Mark start = new Freshness.Mark(nanoTime.getAsLong(), clock.instant());
    Optional<Subject> current;
    try {
      current =
          recheck
              .provider()
              .current(new Subject(record.subject(), record.roles(), record.attributes()));
      if (current == null) {
        throw new IllegalStateException("the account status provider returned null");
      }
    } catch (Throwable undecided) {
      // Undeclared exceptions count too, since providers may be written in other JVM languages.
      if (undecided instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      failures.put(record.subject(), new Freshness.Mark(nanoTime.getAsLong(), clock.instant()));
      throw new TokenStoreException("account status lookup failed", undecided, true);
    }
    Set<String> roles = rolesOf(current, record.subject());
    AccountStatus status = new AccountStatus(start, record, roles);
    Key ofAll = new Key(record.subject(), null);
    if (record.roles().equals(roles)) {
      // A provider returns the roles that it was given if it knows no others. Another token of the
      // subject may have other ones.
      statuses.invalidate(ofAll);
      statuses.put(new Key(record.subject(), roles), status);
    } else {
      statuses.put(ofAll, status);
    }
    return status;
  }

  /**
   * Throws if a report of an inactive account is doubted. Meanwhile the request is not let through,
   * and nothing is revoked.
   */
  private void requirePlausible(Optional<Subject> current, String subject) {
    if (current.filter(known -> known.name().equals(subject)).isPresent()) {
      detector.recordActive();
    } else if (detector.recordDisabled(subject)) {
      failures.put(subject, new Freshness.Mark(nanoTime.getAsLong(), clock.instant()));
      throw new TokenStoreException(
          "too many accounts are reported as inactive at once; not trusted yet", null, true);
    }
  }

  private @Nullable Set<String> rolesOf(Optional<Subject> current, String subject) {
    requirePlausible(current, subject);
    if (current.isEmpty()) {
      events.publish(listener -> listener.subjectDisabled(subject, "account disabled or deleted"));
      return null;
    }
    if (!current.get().name().equals(subject)) {
      events.publish(listener -> listener.subjectDisabled(subject, "account renamed"));
      return null;
    }
    return current.get().roles();
  }

  /** Revokes the subject's tokens once for each status; the next request retries a failure. */
  private void revokeTokens(String subject, AccountStatus disabled) {
    if (disabled.claimRevocation()) {
      try {
        tokens.revokeAll(subject, Set.of());
      } catch (Throwable unknown) {
        disabled.releaseRevocation();
        LOG.warn("Could not revoke the tokens of an inactive account; will retry", unknown);
      }
    }
  }

  /**
   * The status of a subject's account as the provider reported it: enabled, with its current roles,
   * or disabled. Thread-safe.
   */
  private static final class AccountStatus {

    private static final long FIELD_BYTES =
        HeapSize.object(4, 0)
            + HeapSize.object(1, Long.BYTES)
            + 2 * HeapSize.DURATION
            + HeapSize.object(0, Integer.BYTES);

    private final Freshness.Mark lookedUpAt;
    private final Instant newestIssuedAt;
    private final @Nullable Set<String> roles;
    private final AtomicBoolean revocationDue;

    /**
     * Creates a status.
     *
     * @param lookedUpAt the start of the lookup
     * @param record the record for which the status was looked up
     * @param roles the current roles of the subject; null if the account is disabled
     */
    AccountStatus(Freshness.Mark lookedUpAt, TokenRecord record, @Nullable Set<String> roles) {
      this.lookedUpAt = lookedUpAt;
      // A node whose clock is ahead may have issued the record in the future.
      this.newestIssuedAt =
          record.issuedAt().isAfter(lookedUpAt.wall()) ? record.issuedAt() : lookedUpAt.wall();
      this.roles = roles;
      this.revocationDue = new AtomicBoolean(roles == null);
    }

    /** Returns the estimated heap of this status with its times, in bytes. */
    long bytes() {
      return FIELD_BYTES + (roles == null ? 0 : HeapSize.of(roles));
    }

    /** Returns the start of the lookup. */
    Freshness.Mark lookedUpAt() {
      return lookedUpAt;
    }

    /**
     * Returns true if this status applies to a record. It does not apply to records of logins after
     * the lookup, because the account may have been enabled again since, or may have other roles.
     */
    boolean appliesTo(TokenRecord record) {
      return !record.issuedAt().isAfter(newestIssuedAt);
    }

    /** Returns the current roles of the subject, or null if the account is disabled. */
    @Nullable Set<String> roles() {
      return roles;
    }

    /**
     * Claims the task of revoking the subject's tokens.
     *
     * @return true for one caller only, until {@link #releaseRevocation} is called
     */
    boolean claimRevocation() {
      return revocationDue.compareAndSet(true, false);
    }

    /** Releases a claim whose revocation failed, so that another request retries it. */
    void releaseRevocation() {
      revocationDue.set(true);
    }
  }
}
