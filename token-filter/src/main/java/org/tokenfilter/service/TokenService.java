package org.tokenfilter.service;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.codec.TokenCodec;
import org.tokenfilter.notice.Notices;
import org.tokenfilter.service.TokenJudge.Rights;
import org.tokenfilter.store.Position;
import org.tokenfilter.store.Reason;
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
  private static final int MOST_EXPIRED = 10_000;

  private final NearTokenStore store;
  private final Clock clock;
  private final Listeners listeners;
  private final EndedFeed feed;
  private final TokenIssuer issuer;
  private final TokenJudge judge;
  private final TokenJudge leaving;
  private final TokenRenewer renewer;
  private final RunningUses running;
  private final TokenFamily family;
  private final TokenRefresher refresher;
  private final SubjectTokens subjects;
  private final TokenPolicy policy;
  private final String audience;
  private final TokenCounts counts = new TokenCounts();
  private final Freshness freshness;
  private final LiveTokens tokens;
  private final StoreTime storeTime;
  private final Notices notices;
  private final NearTokenStore background;

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
      Timeliness timeliness,
      Surroundings surroundings,
      List<TokenListener> listeners) {
    this(
        store,
        background,
        codec,
        policy,
        audience,
        timeliness,
        surroundings,
        listeners,
        Recheck.NEVER);
  }

  /**
   * Creates a service. The service does not close the store. The limits of the cache policy hold
   * only while background threads call {@link #pollEnds} and {@link #writeUses} regularly.
   *
   * @param store the store for the calls of requests
   * @param background the same store for the calls of the two background methods, which must not
   *     wait behind requests
   * @param codec the codec of the token strings
   * @param policy the lifetimes, limits and client binding of tokens
   * @param audience the application that the tokens are issued for
   * @param timeliness the limits for cached and buffered state
   * @param surroundings the runtime environment
   * @param listeners the initial listeners
   * @param recheck the recheck of accounts that have logged in earlier
   */
  public TokenService(
      TokenStore store,
      TokenStore background,
      TokenCodec codec,
      TokenPolicy policy,
      String audience,
      Timeliness timeliness,
      Surroundings surroundings,
      List<TokenListener> listeners,
      Recheck recheck) {
    this(
        store,
        background,
        codec,
        policy,
        audience,
        timeliness,
        surroundings,
        listeners,
        recheck,
        new Freshness(timeliness.revocationLag(), surroundings.clock(), surroundings.nanoTime()),
        new LiveTokens(surroundings.memory().tokens()));
  }

  TokenService(
      TokenStore requests,
      TokenStore background,
      TokenCodec codec,
      TokenPolicy policy,
      String audience,
      Timeliness timeliness,
      Surroundings surroundings,
      List<TokenListener> listeners,
      Recheck recheck,
      Freshness freshness,
      LiveTokens tokens) {
    this.clock = surroundings.clock();
    this.policy = policy;
    this.listeners =
        new Listeners(
            listeners,
            surroundings.executor(),
            new ToldEnds(surroundings.nanoTime()),
            counts,
            surroundings.notices());
    this.freshness = freshness;
    this.tokens = tokens;
    RenewalBuffer uses = new RenewalBuffer(tokens, timeliness, surroundings.memory().uses());
    this.store =
        new NearTokenStore(
            requests,
            clock,
            freshness,
            tokens,
            uses,
            new SharedFinds(timeliness.patience()),
            counts);
    this.issuer =
        new TokenIssuer(
            store, codec, policy, audience, clock, surroundings.random(), this.listeners);
    this.renewer =
        new TokenRenewer(
            store, store.over(background), uses, clock, this.listeners, surroundings.notices());
    this.running = new RunningUses(uses, renewer, clock);
    this.family = new TokenFamily(store, clock, this.listeners);
    this.subjects = new SubjectTokens(store, clock, this.listeners, family);
    this.leaving = new TokenJudge(store, codec, clock, Rights.OF_LOGIN);
    this.judge =
        recheck.interval().isZero()
            ? leaving
            : new TokenJudge(
                store,
                codec,
                clock,
                new CurrentRights(
                        recheck, timeliness.patience(), surroundings, subjects, this.listeners)
                    ::of);
    this.refresher =
        new TokenRefresher(
            store,
            policy,
            judge,
            issuer,
            clock,
            this.listeners,
            family,
            new RefreshLimit(surroundings.nanoTime()));
    this.audience = audience;
    this.storeTime = new StoreTime(clock);
    this.notices = surroundings.notices();
    this.background = this.store.over(background);
    this.feed =
        new EndedFeed(
            background,
            freshness,
            tokens,
            this.listeners,
            storeTime,
            new FeedTrouble(notices, counts));
  }

  /**
   * Issues a session token. If exactly one presented session id belongs to a live session of this
   * audience with the same subject (including its roles and attributes), client and time to live,
   * the result is another token of that session, which is renewed. So two tabs of one browser share
   * a session. Otherwise the token belongs to a new session.
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
    return issuer.session(subject, ttl, client, presented);
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
    return issuer.open(subject, ttl, client);
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
    return issuer.user(subject, idleTimeout, client);
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
  public IssuedToken issueClient(Subject subject, String environment, String client)
      throws TokenRejectedException {
    return issuer.apiClient(subject, environment, client);
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
    return judged(presented.client(), () -> refresher.refresh(presented));
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
    return issuer.sessionOf(user);
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
    return judged(presented.client(), () -> judge.validate(presented));
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
    return judged(presented.client(), () -> judge.validateUser(presented));
  }

  /**
   * Validates a session of a user token. Call this method at most once for each validated token,
   * because its outcome replaces the outcome of that validation in the {@link #counts statistics}.
   *
   * @param user the validated user token
   * @param sessionId the session id that the client sent
   * @param client the address of the client
   * @return the same token, used in that session
   * @throws TokenRejectedException if the session is not live or belongs to another user token
   */
  public ActiveToken continueSession(ActiveToken user, String sessionId, ClientAddress client)
      throws TokenRejectedException {
    counts.takeBack();
    return judged(client, () -> judge.inSession(user, sessionId));
  }

  /**
   * Returns the current state of a token for introspection (RFC 7662). The session id and the
   * client are not checked, and nothing is renewed. All other checks are those of {@link
   * #validate}.
   *
   * @param token the token as text
   * @return the token; empty if it is not active, for any reason
   */
  public Optional<ActiveToken> inspect(String token) {
    return judge.inspect(token);
  }

  /**
   * Renews a token after a successful use, unless the use is passive: extends its idle deadline and
   * that of its parent. The renewal is written by a later {@link #writeUses}, or immediately if
   * another node could otherwise consider the token expired. A concurrent revocation wins.
   *
   * @param used the token as it was validated
   */
  public void renew(ActiveToken used) {
    if (!used.passive()) {
      counts.offer();
      renewer.renew(used);
    }
  }

  /**
   * Starts to track a request that may run for longer than the idle timeout of its token, such as
   * an upload. The token is kept alive until {@link RunningUse#end}, unless its use is passive. A
   * token that is revoked or reaches its absolute expiry is not kept alive.
   *
   * @param used the token as it was validated
   * @return the tracked request, which the caller must end
   */
  public RunningUse begin(ActiveToken used) {
    return running.begin(used);
  }

  /**
   * Renews a token on request. The renewal is in the store before this method returns.
   *
   * @param used the token as it was validated
   * @return the same token with its new deadline
   * @throws TokenRejectedException if the token was revoked or has expired meanwhile
   */
  public ActiveToken keepAlive(ActiveToken used) throws TokenRejectedException {
    counts.offer();
    if (!renewer.renewNow(used)) {
      Instant now = clock.instant();
      TokenJudge.requireLive(judge.find(used.used().id(), now), now);
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
  public boolean close(TokenId id) {
    return family.close(id);
  }

  /**
   * Revokes a presented token that is valid, and its children. If the token was refreshed, possibly
   * at the same moment, its successor is revoked. The account status is not checked, because a
   * logout is always allowed.
   *
   * @param presented the presented token
   * @throws TokenRejectedException if the token is not valid
   */
  public void logOut(PresentedToken presented) throws TokenRejectedException {
    leave(presented, leaving::authentic);
  }

  /**
   * Revokes a user token like {@link #logOut}. A token of any other kind is rejected as invalid,
   * live or dead.
   *
   * @param presented the presented token
   * @throws TokenRejectedException if the token is not a valid user token
   */
  public void logOutUser(PresentedToken presented) throws TokenRejectedException {
    leave(presented, leaving::authenticUser);
  }

  private interface Authenticity {
    TokenRecord of(PresentedToken presented, Instant now) throws TokenRejectedException;
  }

  private void leave(PresentedToken presented, Authenticity authenticity)
      throws TokenRejectedException {
    Instant now = clock.instant();
    var unused =
        judged(
            presented.client(),
            () -> {
              TokenRecord record = authenticity.of(presented, now);
              family.leave(record, now);
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
    leaving.authentic(token).map(TokenRecord::id).ifPresent(this::close);
  }

  /**
   * Revokes the authentic token that a request presents like {@link #revoke(String)}. Does nothing
   * if no presented token is authentic.
   *
   * @param presented the presented token
   * @throws TokenRejectedException if the request presents two different authentic tokens
   */
  public void revoke(PresentedToken presented) throws TokenRejectedException {
    leaving.own(presented).ifPresent(this::revoke);
  }

  /**
   * Revokes the session of a session token that its rightful client presents, because another
   * session replaces it. The account status is not checked.
   *
   * @param presented the presented token
   * @throws TokenRejectedException if the token is not a valid session token
   */
  public void leaveSession(PresentedToken presented) throws TokenRejectedException {
    Instant now = clock.instant();
    family.leave(leaving.authenticSession(presented, now), now);
  }

  /**
   * Lists the live tokens and sessions of a subject, the newest first.
   *
   * @param subject the name of the subject
   * @param after the position of the last record of the previous page; null for the first page
   * @param limit the maximum number of records
   * @return the records of the page; a page with fewer records than the limit is the last one
   */
  public List<TokenRecord> list(String subject, @Nullable Position after, int limit) {
    return subjects.list(subject, after, limit);
  }

  /**
   * Revokes a subject's own token or session, and its children, like {@link #close(TokenId)}.
   *
   * @param subject the name of the subject
   * @param id the id of the token or session
   * @return true if the token belongs to the subject, even if it was revoked before; false if it
   *     belongs to another subject or is unknown
   */
  public boolean close(String subject, TokenId id) {
    return subjects.close(subject, id);
  }

  /**
   * Revokes all tokens and sessions of a subject except one, its parent and its children.
   *
   * @param current the record to keep
   * @return the number of revoked records
   */
  public int endOthers(TokenRecord current) {
    return subjects.endOthers(current);
  }

  /**
   * Revokes all tokens and sessions of a subject, for example of a disabled account.
   *
   * @param subject the name of the subject
   * @return the number of revoked records
   */
  public int endAll(String subject) {
    return subjects.endAll(subject, Set.of());
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
  public TokenCounts counts() {
    return counts;
  }

  /** Returns the approximate number of tokens and sessions in the memory of this node. */
  public long live() {
    return tokens.size();
  }

  /**
   * Returns the state of the revocation feed, which reports revocations by other nodes; empty if
   * caching is disabled, so that each request reads the store.
   */
  public Optional<FeedState> feed() {
    return freshness.isPossible()
        ? Optional.of(new FeedState(freshness.isFresh(clock.instant()), freshness.age()))
        : Optional.empty();
  }

  /**
   * Adds a listener that is notified of token events from now on.
   *
   * @param listener the listener
   * @return a subscription; closing it removes the listener
   */
  public Listening listen(TokenListener listener) {
    listeners.add(listener);
    AtomicBoolean open = new AtomicBoolean(true);
    return () -> {
      if (open.getAndSet(false)) {
        listeners.remove(listener);
      }
    };
  }

  /** The registration of a listener. */
  @FunctionalInterface
  public interface Listening extends AutoCloseable {
    /** Removes the listener. Idempotent. */
    @Override
    void close();
  }

  /** Notifies the listeners of a failed login by user name and password. */
  public void loginFailed(String username, Rejection rejection, ClientAddress client) {
    listeners.tell(listener -> listener.loginFailed(username, rejection, client));
  }

  @FunctionalInterface
  private interface Judgement<T> {
    T pass() throws TokenRejectedException;
  }

  /** Runs a validation, counts its outcome and notifies the listeners of a rejection. */
  private <T> T judged(ClientAddress client, Judgement<T> judgement) throws TokenRejectedException {
    T passed;
    try {
      passed = judgement.pass();
    } catch (TokenRejectedException refused) {
      counts.refuse(refused.rejection());
      listeners.tellRefused(refused, client);
      throw refused;
    } catch (RuntimeException | Error unknown) {
      counts.fail();
      throw unknown;
    }
    counts.accept();
    return passed;
  }

  /** Handles tokens that have expired and that a sweep has marked as expired in the store. */
  void swept(List<TokenId> expired) {
    store.forget(expired);
    listeners.tellEnded(expired, Reason.EXPIRED);
  }

  /**
   * Notifies the listeners of tokens in the memory of this node that the sweep of another node has
   * expired. The revocation feed does not report expired tokens.
   *
   * @param before the time before which the acknowledged deadlines of the tokens lie
   */
  void tellExpiredElsewhere(Instant before) {
    List<TokenId> expired = tokens.deadAt(before, MOST_EXPIRED);
    if (listeners.hearNothing()) {
      expired.forEach(tokens::drop);
    } else {
      listeners.tellEndedElsewhere(expired, background::readAgain);
    }
  }

  StoreTime storeTime() {
    return storeTime;
  }

  Notices notices() {
    return notices;
  }

  /**
   * Returns the time by which the clock of this node is ahead of the store's, as far as the last
   * answer of the store showed. It is negative if the node is behind, and empty before the first
   * answer.
   */
  public Optional<Duration> clockAhead() {
    return storeTime.ahead();
  }

  /**
   * Polls the store for revocations by other nodes; the revoked tokens are rejected from then on. A
   * dedicated thread must call this method twice in each {@link Timeliness#revocationLag}. While it
   * is not called, or the store does not answer, each request reads the store. Does nothing if the
   * lag is zero.
   *
   * @return the cause of a failure, which was logged; empty on success
   */
  public Optional<Throwable> pollEnds() {
    return feed.poll();
  }

  /**
   * Writes the due renewals. A background thread must call this method once a second.
   *
   * @return the cause of a failure, which was logged; empty if all due renewals were written
   */
  public Optional<Throwable> writeUses() {
    running.keep();
    return renewer.writeDue();
  }

  /** Writes all buffered renewals and stops watching the store for revocations. */
  public void stop() {
    feed.stop();
    renewer.writeAll();
  }
}
