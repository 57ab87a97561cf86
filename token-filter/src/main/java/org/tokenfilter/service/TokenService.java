package org.tokenfilter.service;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.codec.TokenCodec;
import org.tokenfilter.login.AccountRecheckPolicy;
import org.tokenfilter.notice.OperatorLog;
import org.tokenfilter.policy.CachePolicy;
import org.tokenfilter.policy.ServiceEnvironment;
import org.tokenfilter.policy.TokenPolicy;
import org.tokenfilter.service.TokenValidator.RoleLookup;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.OpenedSession;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.Subscription;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The service that issues, validates, renews and revokes tokens. Thread-safe.
 *
 * <p>Each method may throw {@link TokenStoreException}. The outcome is then unknown: the call may
 * or may not have taken effect. Callers must answer with status 503 and must treat it neither as a
 * rejection nor as a success.
 */
public final class TokenService {

  /** The most expired tokens that one sweep checks; the next sweep continues. */
  private static final int MAX_EXPIRED = 10_000;

  private final CachingTokenStore store;
  private final Clock clock;
  private final TokenEvents events;
  private final ChangeFeed feed;
  private final TokenIssuer issuer;
  private final TokenValidator validator;
  private final TokenValidator logoutValidator;
  private final TokenRenewer renewer;
  private final TrackedRequest.Registry activeRequests;
  private final TokenFamily family;
  private final TokenRefresher refresher;
  private final SubjectTokens subjects;
  private final TokenSessions sessions;
  private final TokenPolicy policy;
  private final String audience;
  private final TokenStatistics statistics = new TokenStatistics();
  private final Freshness freshness;
  private final TokenCache cache;
  private final ClockSkewMonitor clockSkew;
  private final OperatorLog operatorLog;
  private final CachingTokenStore background;

  /**
   * Creates a service that does not recheck accounts: a user who has logged in stays authorized
   * until the tokens expire or are revoked. The other public constructor describes the parameters.
   */
  public TokenService(
      TokenStore store,
      TokenStore background,
      TokenCodec codec,
      TokenPolicy policy,
      String audience,
      CachePolicy cachePolicy,
      ServiceEnvironment environment,
      List<TokenListener> listeners) {
    this(
        store,
        background,
        codec,
        policy,
        audience,
        cachePolicy,
        environment,
        listeners,
        AccountRecheckPolicy.NEVER);
  }

  /**
   * Creates a service. The service does not close the store. The limits of the cache policy hold
   * only while background threads call {@link #pollRevocations} and {@link #flushRenewals}
   * regularly.
   *
   * @param store the store for the calls of requests
   * @param background the same store for the calls of the two background methods, which must not
   *     wait behind requests
   * @param codec the codec of the token strings
   * @param policy the lifetimes, limits and client binding of tokens
   * @param audience the application that the tokens are issued for
   * @param cachePolicy the limits for cached and buffered state
   * @param environment the runtime environment
   * @param listeners the initial listeners
   * @param recheck the recheck of accounts that have logged in earlier
   */
  public TokenService(
      TokenStore store,
      TokenStore background,
      TokenCodec codec,
      TokenPolicy policy,
      String audience,
      CachePolicy cachePolicy,
      ServiceEnvironment environment,
      List<TokenListener> listeners,
      AccountRecheckPolicy recheck) {
    this(
        store,
        background,
        codec,
        policy,
        audience,
        cachePolicy,
        environment,
        listeners,
        recheck,
        new Freshness(
            cachePolicy.revocationLag(),
            environment.clock(),
            environment.nanoTime(),
            store.shards()),
        new TokenCache(environment.memory().tokens()),
        new EndedTokens(environment.memory().ended()),
        Ticker.systemTicker()::read);
  }

  TokenService(
      TokenStore requests,
      TokenStore background,
      TokenCodec codec,
      TokenPolicy policy,
      String audience,
      CachePolicy cachePolicy,
      ServiceEnvironment environment,
      List<TokenListener> listeners,
      AccountRecheckPolicy recheck,
      Freshness freshness,
      TokenCache cache,
      EndedTokens ended,
      LongSupplier readTime) {
    this.clock = environment.clock();
    this.policy = policy;
    this.events =
        new TokenEvents(
            listeners, environment.executor(), ended, statistics, environment.operatorLog());
    this.freshness = freshness;
    this.cache = cache;
    RenewalBuffer buffer = new RenewalBuffer(cache, cachePolicy, environment.memory().renewals());
    this.store =
        new CachingTokenStore(
            requests,
            clock,
            freshness,
            cache,
            buffer,
            cachePolicy.maxWait(),
            readTime,
            statistics,
            new RememberedEnds(ended, clock, environment.operatorLog()));
    Amender amender = new Amender(store, clock, environment.random());
    this.sessions = new TokenSessions(store, clock, amender);
    this.issuer =
        new TokenIssuer(
            store, amender, codec, policy, audience, clock, environment.random(), this.events);
    this.renewer =
        new TokenRenewer(
            store,
            store.withStore(background),
            buffer,
            clock,
            this.events,
            environment.operatorLog());
    this.activeRequests = new TrackedRequest.Registry(buffer, renewer, clock);
    this.family = new TokenFamily(store, clock, this.events);
    this.subjects = new SubjectTokens(store, clock, family);
    this.logoutValidator = new TokenValidator(store, codec, clock, RoleLookup.LOGIN_ROLES);
    this.validator =
        recheck.interval().isZero()
            ? logoutValidator
            : new TokenValidator(
                store,
                codec,
                clock,
                new AccountStatusCache(
                        recheck, cachePolicy.maxWait(), environment, subjects, this.events)
                    ::currentRoles);
    this.refresher =
        new TokenRefresher(
            store, policy, validator, issuer, clock, this.events, family, environment.nanoTime());
    this.audience = audience;
    this.clockSkew = new ClockSkewMonitor(clock, background.shards());
    this.operatorLog = environment.operatorLog();
    this.background = this.store.withStore(background);
    this.feed =
        new ChangeFeed(
            background,
            freshness,
            clockSkew,
            new ChangeApplier(background, cache, this.events, statistics, operatorLog));
  }

  /**
   * Issues a session token. If exactly one presented session id belongs to a live session of this
   * audience with the same name of the subject, client and time to live, the result is another
   * token of that session, which is renewed and gets the roles and attributes of this login. So two
   * tabs of one browser share a session. Otherwise the token belongs to a new session.
   *
   * @param subject the authenticated subject
   * @param ttl the absolute time to live; zero for the policy's
   * @param client the address of the client
   * @param presented the session ids that the client sent, possibly including those of other
   *     applications; empty to force a new session
   * @return the token with its session id
   * @throws TokenRejectedException if the subject has reached the limit of sessions
   */
  public IssuedToken issueSession(
      Subject subject, Duration ttl, ClientAddress client, Set<String> presented)
      throws TokenRejectedException {
    return issuer.issueSession(subject, ttl, client, presented);
  }

  /**
   * Issues an open token.
   *
   * @param subject the authenticated subject
   * @param ttl the time to live; zero for no limit
   * @param client the address of the client
   * @return the token
   * @throws TokenRejectedException if the time to live is longer than the policy allows
   */
  public IssuedToken issueOpen(Subject subject, Duration ttl, ClientAddress client)
      throws TokenRejectedException {
    return issuer.issueOpen(subject, ttl, client);
  }

  /**
   * Issues a user token.
   *
   * @param subject the authenticated subject
   * @param idleTimeout the idle timeout of the token and its sessions; null for the policy's
   * @param client the address of the client
   * @return the token
   */
  public IssuedToken issueUser(
      Subject subject, @Nullable Duration idleTimeout, ClientAddress client) {
    return issuer.issueUser(subject, idleTimeout, client);
  }

  /**
   * Issues the token of an API client. It is an open token, and a client has at most one live
   * token.
   *
   * @param subject the authenticated subject
   * @param environment the environment of the API, without a colon
   * @param client the name of the client, without a colon
   * @return the token
   * @throws TokenRejectedException if the client has a live token, which it must refresh
   * @throws IllegalArgumentException if the environment or the name contains a colon
   */
  public IssuedToken issueApiClientToken(Subject subject, String environment, String client)
      throws TokenRejectedException {
    return issuer.issueApiClientToken(subject, environment, client);
  }

  /**
   * Exchanges an API client's token for its successor and revokes the old token. Only one of
   * several concurrent calls creates a successor. During the grace period of the policy, the old
   * token yields the same successor again, for a client that has lost the answer.
   *
   * @param presented the presented token
   * @return the successor
   * @throws TokenRejectedException if the token is not a live token of an API client, its account
   *     is disabled, or the client refreshes too often
   */
  public IssuedToken refresh(PresentedToken presented) throws TokenRejectedException {
    return recordOutcome(presented.client(), () -> refresher.refresh(presented));
  }

  /**
   * Opens a session of a user token. The session has its own record and session id, and its uses
   * also renew the user token.
   *
   * @param user the validated user token
   * @return the session with its session id
   * @throws TokenRejectedException if the user token was revoked or has expired meanwhile, or the
   *     subject has reached the limit of sessions
   * @throws IllegalArgumentException if the token is not a user token
   */
  public OpenedSession openSession(ActiveToken user) throws TokenRejectedException {
    return issuer.openSession(user);
  }

  /**
   * Validates a presented token. It changes nothing, except if a recheck finds that the account of
   * the subject is disabled: then all tokens of the subject are revoked.
   *
   * @param presented the presented token
   * @return the validated token
   * @throws TokenRejectedException if the token is not valid
   */
  public ActiveToken validate(PresentedToken presented) throws TokenRejectedException {
    return recordOutcome(presented.client(), () -> validator.validate(presented));
  }

  /**
   * Validates a user token like {@link #validate}. A token of any other kind is rejected as
   * invalid, live or dead.
   *
   * @param presented the presented token
   * @return the validated token
   * @throws TokenRejectedException if the token is not a valid user token
   */
  public ActiveToken validateUser(PresentedToken presented) throws TokenRejectedException {
    return recordOutcome(presented.client(), () -> validator.validateUser(presented));
  }

  /**
   * Validates a session of a user token. Call this method at most once for each validated token,
   * because its outcome replaces the outcome of that validation in the {@link #statistics
   * statistics}.
   *
   * @param user the validated user token
   * @param sessionId the session id that the client sent
   * @param client the address of the client
   * @return the same token, used in that session
   * @throws TokenRejectedException if the session is not live or belongs to another user token
   */
  public ActiveToken useSession(ActiveToken user, String sessionId, ClientAddress client)
      throws TokenRejectedException {
    statistics.reclassify();
    return recordOutcome(client, () -> validator.useSession(user, sessionId));
  }

  /**
   * Reads the record of a validated token from the store again. The memory of a node may be late by
   * the revocation lag and must never be the reason of a refusal. So call this method, once a
   * request, before the request is refused for something that may have been changed meanwhile, such
   * as a role.
   *
   * @param used the token as it was validated
   * @return the token as the store has it now, with the same session and use
   * @throws TokenRejectedException if the token is not live any more
   */
  public ActiveToken reread(ActiveToken used) throws TokenRejectedException {
    return validator.reread(used);
  }

  /**
   * Returns the current state of a token for introspection (RFC 7662). The session id and the
   * client are not checked, and nothing is renewed. All other checks are those of {@link
   * #validate}.
   *
   * @param token the token as text
   * @return the token; empty if it is not active, for any reason
   */
  public Optional<ActiveToken> introspect(String token) {
    return validator.introspect(token);
  }

  /**
   * Renews a token after a successful use, unless the use is passive: extends its idle deadline and
   * that of its parent. The renewal is written by a later {@link #flushRenewals}, or immediately if
   * another node could otherwise consider the token expired. A concurrent revocation wins.
   *
   * @param used the token as it was validated
   */
  public void renew(ActiveToken used) {
    if (!used.passive()) {
      statistics.recordRenewalRequested();
      renewer.renew(used);
    }
  }

  /**
   * Starts to track a request that may run for longer than the idle timeout of its token, such as
   * an upload. The token is kept alive until {@link TrackedRequest#finish}, unless its use is
   * passive. A token that is revoked or reaches its absolute expiry is not kept alive.
   *
   * @param used the token as it was validated
   * @return the tracked request, which the caller must end
   */
  public TrackedRequest trackRequest(ActiveToken used) {
    return activeRequests.begin(used);
  }

  /**
   * Renews a token on request. The renewal is in the store before this method returns.
   *
   * @param used the token as it was validated
   * @return the same token with its new deadline
   * @throws TokenRejectedException if the token was revoked or has expired meanwhile
   */
  public ActiveToken keepAlive(ActiveToken used) throws TokenRejectedException {
    statistics.recordRenewalRequested();
    if (!renewer.renewNow(used)) {
      Instant now = clock.instant();
      TokenValidator.requireLive(validator.find(used.renewalTarget().id(), now), now);
      throw new TokenRejectedException(Rejection.INVALID, "the store did not renew the token");
    }
    return new ActiveToken(used.record(), used.session(), used.usedAt(), false, used.roles());
  }

  /**
   * Revokes a token or a session, and its children. If the token was refreshed, possibly at the
   * same moment, its successor is revoked, so that nothing stays live.
   *
   * @param id the id of the token or session
   * @return true if this call revoked it; false if it was revoked before or is unknown
   */
  public boolean revoke(TokenId id) {
    return family.revoke(id);
  }

  /**
   * Revokes a presented token that is valid, and its children. If the token was refreshed, possibly
   * at the same moment, its successor is revoked. The account status is not checked, because a
   * logout is always allowed.
   *
   * @param presented the presented token
   * @throws TokenRejectedException if the token is not valid
   */
  public void logout(PresentedToken presented) throws TokenRejectedException {
    revokePresented(presented, logoutValidator::authenticate);
  }

  /**
   * Revokes a user token like {@link #logout}. A token of any other kind is rejected as invalid,
   * live or dead.
   *
   * @param presented the presented token
   * @throws TokenRejectedException if the token is not a valid user token
   */
  public void logoutUser(PresentedToken presented) throws TokenRejectedException {
    revokePresented(presented, logoutValidator::authenticateUser);
  }

  private interface Authentication {
    TokenRecord authenticate(PresentedToken presented, Instant now) throws TokenRejectedException;
  }

  private void revokePresented(PresentedToken presented, Authentication authentication)
      throws TokenRejectedException {
    Instant now = clock.instant();
    var unused =
        recordOutcome(
            presented.client(),
            () -> {
              TokenRecord record = authentication.authenticate(presented, now);
              family.revokePresented(record, now);
              return record;
            });
  }

  /**
   * Revokes a token (RFC 7009) with its children, or its successor. The session id, the client and
   * the account status are not checked. If the token was revoked before, the store reports the
   * revocation to all nodes again. A text that is not an authentic token is ignored.
   *
   * @param token the token as text
   */
  public void revoke(String token) {
    logoutValidator.authenticate(token).map(TokenRecord::id).ifPresent(this::revoke);
  }

  /**
   * Revokes the authentic token that a request presents like {@link #revoke(String)}. Does nothing
   * if no presented token is authentic.
   *
   * @param presented the presented token
   * @throws TokenRejectedException if the request presents two different authentic tokens
   */
  public void revoke(PresentedToken presented) throws TokenRejectedException {
    logoutValidator.recognizedToken(presented).ifPresent(this::revoke);
  }

  /**
   * Revokes the session of a session token that its rightful client presents, because another
   * session replaces it. The account status is not checked.
   *
   * @param presented the presented token
   * @throws TokenRejectedException if the token is not a valid session token
   */
  public void revokeSession(PresentedToken presented) throws TokenRejectedException {
    Instant now = clock.instant();
    family.revokePresented(logoutValidator.authenticateSession(presented, now), now);
  }

  /**
   * Lists the live tokens and sessions of a subject, the newest first.
   *
   * @param subject the name of the subject
   * @param after the position of the last record of the previous page; null for the first page
   * @param limit the maximum number of records
   * @return the records of the page; a page with fewer records than the limit is the last one
   */
  public List<TokenRecord> list(String subject, @Nullable PageCursor after, int limit) {
    return subjects.list(subject, after, limit);
  }

  /**
   * Revokes a subject's own token or session, and its children, like {@link #revoke(TokenId)}.
   *
   * @param subject the name of the subject
   * @param id the id of the token or session
   * @return true if the token belongs to the subject, even if it was revoked before; false if it
   *     belongs to another subject or is unknown
   */
  public boolean revoke(String subject, TokenId id) {
    return subjects.revoke(subject, id);
  }

  /**
   * Revokes all tokens and sessions of a subject except one, its parent and its children.
   *
   * @param current the record to keep
   * @return the number of revoked records
   */
  public int revokeOthers(TokenRecord current) {
    return subjects.revokeOthers(current);
  }

  /**
   * Revokes all tokens and sessions of a subject, for example of a disabled account.
   *
   * @param subject the name of the subject
   * @return the number of revoked records
   */
  public int revokeAll(String subject) {
    return subjects.revokeAll(subject, Set.of());
  }

  /** Returns the live tokens and sessions, to read them and to change their details. */
  public TokenSessions sessions() {
    return sessions;
  }

  /** Returns the application that the tokens are issued for. */
  public String audience() {
    return audience;
  }

  /** Returns the lifetimes, limits and client binding of tokens. */
  public TokenPolicy policy() {
    return policy;
  }

  /** Returns the statistics of this service. */
  public TokenStatistics statistics() {
    return statistics;
  }

  /** Returns the approximate number of tokens and sessions in the memory of this node. */
  public long cachedTokens() {
    return cache.size();
  }

  /**
   * Returns the state of the feed of changes by other nodes; empty if caching is disabled, so that
   * each request reads the store.
   */
  public Optional<ChangeFeedState> feed() {
    return freshness.isCachingEnabled()
        ? Optional.of(new ChangeFeedState(freshness.isFresh(clock.instant()), freshness.age()))
        : Optional.empty();
  }

  /**
   * Adds a listener that is notified of token events from now on.
   *
   * @param listener the listener
   * @return a subscription; closing it removes the listener
   */
  public Subscription addListener(TokenListener listener) {
    events.add(listener);
    AtomicBoolean open = new AtomicBoolean(true);
    return () -> {
      if (open.getAndSet(false)) {
        events.remove(listener);
      }
    };
  }

  /**
   * The state of a node's feed of changes that other nodes made: revocations and new details.
   *
   * @param fresh whether the last applied answers of all shards of the store are recent enough to
   *     answer from memory; if not, requests for the tokens of a shard that is behind read the
   *     store
   * @param age the time since the start of the last question whose answer was applied, for the
   *     shard that is the longest behind; null if a shard has none yet
   */
  public record ChangeFeedState(boolean fresh, @Nullable Duration age) {}

  /** Notifies the listeners of a failed login by user name and password. */
  public void loginFailed(String username, Rejection rejection, ClientAddress client) {
    events.publish(listener -> listener.loginFailed(username, rejection, client));
  }

  @FunctionalInterface
  private interface Validation<T> {
    T run() throws TokenRejectedException;
  }

  /** Runs a validation, counts its outcome and notifies the listeners of a rejection. */
  private <T> T recordOutcome(ClientAddress client, Validation<T> validation)
      throws TokenRejectedException {
    T passed;
    try {
      passed = validation.run();
    } catch (TokenRejectedException refused) {
      statistics.recordRejected(refused.rejection());
      events.publishRejected(refused, client);
      throw refused;
    } catch (RuntimeException | Error unknown) {
      statistics.recordUnavailable();
      throw unknown;
    }
    statistics.recordAccepted();
    return passed;
  }

  /** Handles tokens that have expired and that a sweep has marked as expired in the store. */
  void onSwept(List<TokenId> expired) {
    store.invalidate(expired);
    events.publishRevoked(expired, RevocationReason.EXPIRED);
  }

  /**
   * Notifies the listeners of tokens in the memory of this node that the sweep of another node has
   * expired. The feed of changes does not report expired tokens.
   *
   * @param shard the shard whose tokens are checked
   * @param before the time before which the acknowledged deadlines of the tokens lie
   */
  void publishExpiredElsewhere(int shard, Instant before) {
    List<TokenId> expired =
        cache.expiredAt(before, MAX_EXPIRED, id -> background.shardOf(id) == shard);
    if (events.hasNoListeners()) {
      expired.forEach(cache::invalidate);
    } else {
      List<Change> ended =
          expired.stream().map(this::expiredElsewhere).flatMap(Optional::stream).toList();
      events.publishRemoteRevocations(events.remember(ended));
    }
  }

  /** Reads a token whose deadline has passed, and returns its end unless it was renewed. */
  private Optional<Change> expiredElsewhere(TokenId id) {
    Optional<TokenRecord> found = background.reload(id);
    if (found.map(TokenRecord::revocation).isPresent()) {
      return found.map(TokenRecord::revocation).map(end -> Change.revoked(id, end.reason()));
    }
    boolean renewed = found.isPresent() && found.get().liveAt(clock.instant());
    if (renewed || !background.expiresByItself()) {
      return Optional.empty();
    }
    // No sweep marks the records of such a store, and it deletes them at any time.
    cache.invalidate(id);
    return Optional.of(Change.revoked(id, RevocationReason.EXPIRED));
  }

  ClockSkewMonitor clockSkew() {
    return clockSkew;
  }

  OperatorLog notices() {
    return operatorLog;
  }

  /**
   * Returns the time by which the clock of this node is ahead of the store's, as far as the last
   * answer of the store showed. It is negative if the node is behind, and empty before the first
   * answer.
   */
  public Optional<Duration> clockAhead() {
    return clockSkew.ahead();
  }

  /**
   * Polls the store for changes by other nodes; the revoked tokens are rejected from then on, and
   * new details are in force. A dedicated thread must call this method twice in each {@link
   * CachePolicy#revocationLag}, and soon after a {@linkplain #onHint hint}. While it is not called,
   * or the store does not answer, each request reads the store. Does nothing if the lag is zero.
   *
   * @return the cause of a failure, which was logged; empty on success
   */
  public Optional<Throwable> pollRevocations() {
    return feed.poll();
  }

  /**
   * Sets the task that runs when the store hints at a change by another node. It must make the
   * thread that calls {@link #pollRevocations} call it soon, and must return at once.
   */
  public void onHint(Runnable task) {
    feed.onHint(task);
  }

  /**
   * Writes the due renewals. A background thread must call this method once a second.
   *
   * @return the cause of a failure, which was logged; empty if all due renewals were written
   */
  public Optional<Throwable> flushRenewals() {
    activeRequests.extend();
    return renewer.flushDue();
  }

  /**
   * Returns a sweep of the store, which a background thread must repeat. It marks expired records
   * as expired, and deletes records that have been dead for longer than the retention.
   *
   * @param swept the same store, for the calls of the sweep
   * @param now the clock of this node
   * @param retention the time for which dead records are kept
   * @param batch the number of records that one call of the store processes
   * @return sweeps until nothing is due; returns the cause of a failure, which was logged, or empty
   *     on success
   */
  public Supplier<Optional<Throwable>> sweeper(
      TokenStore swept, Clock now, Duration retention, int batch) {
    return new Sweeper(swept, this, now, retention, batch)::sweep;
  }

  /** Writes all buffered renewals and stops watching the store for changes. */
  public void shutdown() {
    feed.stop();
    renewer.flushAll();
  }
}
