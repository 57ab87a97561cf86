package org.tokenfilter.service;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.codec.TokenCodec;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.SessionId;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Issues tokens, finds them good, renews and ends them. Thread-safe.
 *
 * <p>Each method may throw {@link TokenStoreException}: the store's answer is not known, and so is
 * nothing that follows from it. Callers answer 503, and never take it for a refusal or a success.
 */
public final class TokenService {

  private final TokenStore store;
  private final Clock clock;
  private final Listeners listeners;
  private final TokenIssuer issuer;
  private final TokenJudge judge;
  private final TokenRenewer renewer;

  /**
   * A service over a store that it does not close.
   *
   * @param clock must never run backwards: {@link ForwardClock}
   * @param audience the application that the tokens are for
   * @param executor runs the listeners, one event after the other
   */
  public TokenService(
      TokenStore store,
      TokenCodec codec,
      TokenPolicy policy,
      String audience,
      Clock clock,
      SecureRandom random,
      List<TokenListener> listeners,
      Executor executor) {
    this.store = store;
    this.clock = clock;
    this.listeners = new Listeners(listeners, executor);
    this.issuer = new TokenIssuer(store, codec, policy, audience, clock, random, this.listeners);
    this.judge = new TokenJudge(store, codec, clock);
    this.renewer = new TokenRenewer(store, clock, this.listeners);
  }

  /**
   * Issues a session token. With the session id of a live session of the same subject, client and
   * time to live, it is another token of that session, which is renewed: two tabs of one browser
   * share one session.
   *
   * @param ttl its time to live whatever its use; zero for none of its own
   * @param presented the session ids that the client sent
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
   * Opens a session of a user token: a record of its own that keeps the user token alive and is
   * found by its session id.
   *
   * @throws TokenRejectedException if the user token has ended meanwhile, or the subject has as
   *     many sessions as it may
   */
  public SessionId openSession(ActiveToken user) throws TokenRejectedException {
    return issuer.sessionOf(user);
  }

  /**
   * Finds a presented token good. Reads, and changes nothing.
   *
   * @throws TokenRejectedException if it is not
   */
  public ActiveToken validate(PresentedToken presented) throws TokenRejectedException {
    try {
      return judge.validate(presented);
    } catch (TokenRejectedException refused) {
      listeners.tellRefused(refused, presented.client());
      throw refused;
    }
  }

  /**
   * Goes on in a session of a user token.
   *
   * @return the same token, used in that session
   * @throws TokenRejectedException if the session is not live, or not this user token's
   */
  public ActiveToken continueSession(ActiveToken user, String sessionId)
      throws TokenRejectedException {
    return judge.inSession(user, sessionId);
  }

  /**
   * What a token is worth now, whoever holds it; for introspection. Neither its session id nor its
   * client is asked for, and nothing is renewed.
   *
   * @return empty if it is not active, whatever the cause
   */
  public Optional<ActiveToken> inspect(String token) {
    return judge.inspect(token);
  }

  /**
   * Keeps a successful use: moves the idle deadline, and its parent's with it. An end that came
   * meanwhile stays.
   */
  public void renew(ActiveToken used) {
    renewer.renew(used);
  }

  /**
   * Ends a token or a session, and its children.
   *
   * @return whether this call ended it; false if it had ended already or is unknown
   */
  public boolean close(TokenId id) {
    List<TokenId> ended = store.end(id, Ending.of(Reason.CLOSED, clock.instant()));
    listeners.tellEnded(ended, Reason.CLOSED);
    return !ended.isEmpty();
  }

  /** Tells the listeners of a user name and a password that were refused. */
  public void loginFailed(String username, Rejection rejection, ClientAddress client) {
    listeners.tell(listener -> listener.loginFailed(username, rejection, client));
  }

  /** Tells the listeners of ends that came from the store. */
  void tellEnded(List<TokenId> ids, Reason reason) {
    listeners.tellEnded(ids, reason);
  }
}
