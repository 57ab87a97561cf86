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
 * Issues tokens, finds them good, renews and ends them. Thread-safe.
 *
 * <p>Each method may throw {@link TokenStoreException}: the store's answer is not known, and so is
 * nothing that follows from it. Callers answer 503, and never take it for a refusal or a success.
 */
public final class TokenService {

  /** How many are asked about by one sweep; the next one goes on. */
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

  /** A service in which who logged in goes on for as long as his tokens live. */
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
   * A service over a store that it does not close. It is as timely as it should be while somebody
   * calls {@link #pollEnds} and {@link #writeUses} again and again.
   *
   * @param store asked by requests
   * @param background the same store, asked by those two: requests that wait for the store must
   *     keep neither from it
   * @param audience the application that the tokens are for
   * @param recheck whether subjects may still go on
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
   * Issues a session token. With the session id of a live session of this audience and of the same
   * subject, client and time to live, it is another token of that session, which is renewed: two
   * tabs of one browser share one session. With none, or with two, it is of a new session.
   *
   * @param ttl its time to live whatever its use; zero for none of its own
   * @param presented the session ids that the client sent, its own or another application's; none
   *     for a new session in any case
   * @throws TokenRejectedException if the subject has as many sessions as it may
   */
  public IssuedToken issueSession(
      Subject subject, Duration ttl, ClientAddress client, Set<String> presented)
      throws TokenRejectedException {
    return issuer.session(subject, ttl, client, presented);
  }

  /**
   * Issues an open token.
   *
   * @param ttl its time to live; zero for ever
   * @throws TokenRejectedException if that is longer than the policy allows
   */
  public IssuedToken issueOpen(Subject subject, Duration ttl, ClientAddress client)
      throws TokenRejectedException {
    return issuer.open(subject, ttl, client);
  }

  /**
   * Issues a user token.
   *
   * @param idleTimeout how long it and its sessions live without use; null for the policy's
   */
  public IssuedToken issueUser(
      Subject subject, @Nullable Duration idleTimeout, ClientAddress client) {
    return issuer.user(subject, idleTimeout, client);
  }

  /**
   * Issues the one live token of an API client, an open token.
   *
   * @param environment which of the API's environments it is for; without a colon
   * @param client the client's name; without a colon
   * @throws TokenRejectedException if the client has a live one, which it must refresh
   */
  public IssuedToken issueClient(Subject subject, String environment, String client)
      throws TokenRejectedException {
    return issuer.apiClient(subject, environment, client);
  }

  /**
   * Exchanges an API client's token for its successor: the old one is refused from then on. Of many
   * calls at once one succeeds. For as long as the policy's grace the old token yields the same
   * successor, for a client that has lost the answer.
   *
   * @throws TokenRejectedException if it is no API client's token, or not live
   */
  public IssuedToken refresh(PresentedToken presented) throws TokenRejectedException {
    return judged(presented.client(), () -> refresher.refresh(presented));
  }

  /**
   * Opens a session of a user token: a record of its own that keeps the user token alive and is
   * found by its session id.
   *
   * @throws TokenRejectedException if the user token has ended meanwhile, or the subject has as
   *     many sessions as it may
   */
  public OpenedSession openSession(ActiveToken user) throws TokenRejectedException {
    return issuer.sessionOf(user);
  }

  /**
   * Finds a presented token good. Reads, and changes nothing, unless its subject is asked about and
   * may not go on: then all that he has is ended.
   *
   * @throws TokenRejectedException if it is not
   */
  public ActiveToken validate(PresentedToken presented) throws TokenRejectedException {
    return judged(presented.client(), () -> judge.validate(presented));
  }

  /**
   * Finds a user token good, likewise. Any other kind is refused as none of ours, live or dead.
   *
   * @throws TokenRejectedException if it is not
   */
  public ActiveToken validateUser(PresentedToken presented) throws TokenRejectedException {
    return judged(presented.client(), () -> judge.validateUser(presented));
  }

  /**
   * Goes on in a session of a user token. Each token that was found good is for one call at most:
   * in the {@link #counts} this judgement takes the place of that one.
   *
   * @param client who asks
   * @return the same token, used in that session
   * @throws TokenRejectedException if the session is not live, or not this user token's
   */
  public ActiveToken continueSession(ActiveToken user, String sessionId, ClientAddress client)
      throws TokenRejectedException {
    counts.takeBack();
    return judged(client, () -> judge.inSession(user, sessionId));
  }

  /**
   * What a token is worth now, whoever holds it; for introspection. Neither its session id nor its
   * client is asked for, and nothing is renewed. It is as active as {@link #validate} finds it.
   *
   * @return empty if it is not active, whatever the cause
   */
  public Optional<ActiveToken> inspect(String token) {
    return judge.inspect(token);
  }

  /**
   * Keeps a successful use, unless it is passive: moves the idle deadline, and its parent's with
   * it. The store is told with the next {@link #writeUses} in whose turn it is, and at once where
   * another node might otherwise take the token for expired. An end that came meanwhile stays.
   */
  public void renew(ActiveToken used) {
    if (!used.passive()) {
      counts.offer();
      renewer.renew(used);
    }
  }

  /**
   * A request begins that may run for longer than its token's idle timeout, such as an upload:
   * until {@link RunningUse#end} it keeps the token alive, unless its use is passive. A token that
   * ends, or whose life is over, is not kept.
   */
  public RunningUse begin(ActiveToken used) {
    return running.begin(used);
  }

  /**
   * Renews because somebody asks for it, and before it answers.
   *
   * @return the same token with all the life that it has now
   * @throws TokenRejectedException if it has ended meanwhile
   */
  public ActiveToken keepAlive(ActiveToken used) throws TokenRejectedException {
    counts.offer();
    if (!renewer.renewNow(used)) {
      Instant now = clock.instant();
      TokenJudge.requireLive(judge.find(used.used().id(), now), now);
      throw new TokenRejectedException(Rejection.INVALID, "the store did not renew it");
    }
    return new ActiveToken(used.record(), used.session(), used.usedAt(), false, used.roles());
  }

  /**
   * Ends a token or a session, and its children. Of one that was refreshed, perhaps at the same
   * moment, the successor ends: what its owner has closed leaves nothing behind.
   *
   * @return whether this call ended it; false if it had ended already or is unknown
   */
  public boolean close(TokenId id) {
    return family.close(id);
  }

  /**
   * Ends a presented token that is good, and its children; of one that was refreshed, perhaps at
   * the same moment, the successor. Whether its subject may go on is asked of nobody: he may leave
   * in any case.
   *
   * @throws TokenRejectedException if it is not good
   */
  public void logOut(PresentedToken presented) throws TokenRejectedException {
    leave(presented, leaving::authentic);
  }

  /**
   * Ends a user token likewise. Any other kind is refused as none of ours, live or dead.
   *
   * @throws TokenRejectedException if it is not good
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
   * Ends a token, whoever holds it, and its children, or its successor; asks nobody likewise. Where
   * it is dead already, the store makes sure that all nodes know.
   */
  public void revoke(String token) {
    leaving.authentic(token).map(TokenRecord::id).ifPresent(this::close);
  }

  /**
   * Ends the token of ours that a request presents, likewise, and nothing if it presents none.
   *
   * @throws TokenRejectedException if it presents two of ours that differ
   */
  public void revoke(PresentedToken presented) throws TokenRejectedException {
    leaving.own(presented).ifPresent(this::revoke);
  }

  /**
   * Ends the session of a session token that its rightful client presents, because another one
   * takes its place. Asks nobody likewise.
   *
   * @throws TokenRejectedException if it is no session token that is good
   */
  public void leaveSession(PresentedToken presented) throws TokenRejectedException {
    Instant now = clock.instant();
    family.leave(leaving.authenticSession(presented, now), now);
  }

  /**
   * A subject's live tokens and sessions, the newest first.
   *
   * @param after the last one of the page before; null for the first page
   */
  public List<TokenRecord> list(String subject, @Nullable Position after, int limit) {
    return subjects.list(subject, after, limit);
  }

  /**
   * Ends a subject's own token or session, and its children, as {@link #close(TokenId)} does.
   *
   * @return false if it is somebody else's, or unknown
   */
  public boolean close(String subject, TokenId id) {
    return subjects.close(subject, id);
  }

  /**
   * Ends all tokens and sessions of a subject but this one, its parent and its children.
   *
   * @return how many ended
   */
  public int endOthers(TokenRecord current) {
    return subjects.endOthers(current);
  }

  /**
   * Ends all tokens and sessions of a subject, for one who may no longer come in.
   *
   * @return how many ended
   */
  public int endAll(String subject) {
    return subjects.endAll(subject, Set.of());
  }

  /** The application that the tokens are for. */
  public String audience() {
    return audience;
  }

  /** How long tokens live, and what they are bound to. */
  public TokenPolicy policy() {
    return policy;
  }

  /** What this service has counted. */
  public TokenCounts counts() {
    return counts;
  }

  /** How many tokens and sessions are kept in memory, more or less. */
  public long live() {
    return tokens.size();
  }

  /** What is known of tokens that ended elsewhere; empty where each request reads the store. */
  public Optional<FeedState> feed() {
    return freshness.isPossible()
        ? Optional.of(new FeedState(freshness.isFresh(clock.instant()), freshness.age()))
        : Optional.empty();
  }

  /** Adds one who hears what happens to tokens from now on, until he is closed. */
  public Listening listen(TokenListener listener) {
    listeners.add(listener);
    AtomicBoolean open = new AtomicBoolean(true);
    return () -> {
      if (open.getAndSet(false)) {
        listeners.remove(listener);
      }
    };
  }

  /** Somebody hears what happens to tokens. */
  @FunctionalInterface
  public interface Listening extends AutoCloseable {
    /** He hears no more. Idempotent. */
    @Override
    void close();
  }

  /** Tells the listeners of a user name and a password that were refused. */
  public void loginFailed(String username, Rejection rejection, ClientAddress client) {
    listeners.tell(listener -> listener.loginFailed(username, rejection, client));
  }

  @FunctionalInterface
  private interface Judgement<T> {
    T pass() throws TokenRejectedException;
  }

  /** No refusal passes unheard, and nothing uncounted. */
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

  /** These have expired, and the store has ended them. */
  void swept(List<TokenId> expired) {
    store.forget(expired);
    listeners.tellEnded(expired, Reason.EXPIRED);
  }

  /**
   * Tells the listeners of what this node has in memory and another one's sweep has ended: of what
   * has expired the feed says nothing.
   *
   * @param before whose acknowledged deadline was before this time
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
   * By how much this node's clock is ahead of the store's, as far as the store's last answer
   * showed; negative where it is behind; empty before the first answer.
   */
  public Optional<Duration> clockAhead() {
    return storeTime.ahead();
  }

  /**
   * Asks the store what has ended on other nodes, and refuses it from then on. To be called twice
   * in each {@link Timeliness#revocationLag}, by a thread that does nothing else; while it is not,
   * or the store does not answer, each request reads the store. Where the lag is zero it does
   * nothing.
   *
   * @return why it could not be asked, which was reported; empty if it was
   */
  public Optional<Throwable> pollEnds() {
    return feed.poll();
  }

  /**
   * Writes the uses whose turn it is. To be called once a second.
   *
   * @return why some of them could not be written, which was reported; empty if all were
   */
  public Optional<Throwable> writeUses() {
    running.keep();
    return renewer.writeDue();
  }

  /** Writes all uses that are not written yet, and hears no more of other nodes. */
  public void stop() {
    feed.stop();
    renewer.writeAll();
  }
}
