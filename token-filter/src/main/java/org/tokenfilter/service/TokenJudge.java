package org.tokenfilter.service;

import java.time.Clock;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.tokenfilter.codec.TokenCodec;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Kept;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.SessionId;
import org.tokenfilter.token.TokenClaims;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Judges what is presented, in this order: is it a token of ours, does its session id belong to it,
 * is its record the one it speaks of, is this its client; and only then, is it still live, and may
 * its subject go on. So why a token died is told to nobody but its rightful holder.
 */
final class TokenJudge {

  /** Which roles the subject of a live record has. */
  @FunctionalInterface
  interface Rights {
    /** Those of his login. */
    Rights OF_LOGIN = (record, now) -> record.roles();

    /**
     * The roles.
     *
     * @param now when the request began
     * @throws TokenRejectedException if he may not go on
     */
    Set<String> of(TokenRecord record, Instant now) throws TokenRejectedException;
  }

  private final NearTokenStore store;
  private final TokenCodec codec;
  private final Clock clock;
  private final Rights rights;
  private final Kept<SessionId.Finder> finders = new Kept<>();

  TokenJudge(NearTokenStore store, TokenCodec codec, Clock clock, Rights rights) {
    this.store = store;
    this.codec = codec;
    this.clock = clock;
    this.rights = rights;
  }

  ActiveToken validate(PresentedToken presented) throws TokenRejectedException {
    return live(codec.decode(presented.token()), presented);
  }

  /** Why a token of another kind died, or whether its record is kept, is told to nobody here. */
  ActiveToken validateUser(PresentedToken presented) throws TokenRejectedException {
    TokenClaims claims = codec.decode(presented.token());
    if (claims.kind() != TokenKind.USER) {
      throw invalid("not a user token");
    }
    return live(claims, presented);
  }

  private ActiveToken live(TokenClaims claims, PresentedToken presented)
      throws TokenRejectedException {
    Instant now = clock.instant();
    TokenRecord record = authentic(claims, presented, now);
    requireLive(record, now);
    return new ActiveToken(record, null, now, presented.passive(), rights.of(record, now));
  }

  /** The record of a token of ours that its rightful client presents, live or dead. */
  TokenRecord authentic(PresentedToken presented, Instant now) throws TokenRejectedException {
    return authentic(codec.decode(presented.token()), presented, now);
  }

  private TokenRecord authentic(TokenClaims claims, PresentedToken presented, Instant now)
      throws TokenRejectedException {
    if (claims.kind() == TokenKind.SESSION) {
      requireSessionId(claims, presented.sessionIds());
    }
    TokenRecord record = recordOf(claims, now);
    requireClient(record, presented.client());
    return record;
  }

  ActiveToken inSession(ActiveToken user, String sessionId) throws TokenRejectedException {
    TokenRecord session = find(tokenIdOf(sessionId), user.usedAt());
    if (!Objects.equals(session.parent(), user.record().id())) {
      throw TokenRejectedException.misuse("the session belongs to another user token");
    }
    requireLive(session, user.usedAt());
    return user.in(session);
  }

  Optional<ActiveToken> inspect(String token) {
    Instant now = clock.instant();
    try {
      TokenRecord record = recordOf(codec.decode(token), now);
      requireLive(record, now);
      return Optional.of(new ActiveToken(record, null, now, true, rights.of(record, now)));
    } catch (TokenRejectedException inactive) {
      return Optional.empty();
    }
  }

  /** The record to end where its rightful client wants to leave. */
  TokenId toEnd(PresentedToken presented) throws TokenRejectedException {
    Instant now = clock.instant();
    return endable(authentic(presented, now), now);
  }

  /** The same for whoever holds the token; empty if there is nothing to end. */
  Optional<TokenId> toEnd(String token) {
    Instant now = clock.instant();
    try {
      return Optional.of(endable(recordOf(codec.decode(token), now), now));
    } catch (TokenRejectedException nothing) {
      return Optional.empty();
    }
  }

  /** What was replaced has a successor, which ends for it. */
  private static TokenId endable(TokenRecord record, Instant now) throws TokenRejectedException {
    Ending ending = record.ending();
    if (ending == null || ending.reason() != Reason.REPLACED) {
      requireLive(record, now);
    }
    return record.id();
  }

  /** For what is done with a token whose record is at hand. */
  void requireToGoOn(TokenRecord live, Instant now) throws TokenRejectedException {
    rights.of(live, now);
  }

  private void requireSessionId(TokenClaims claims, Set<String> presented)
      throws TokenRejectedException {
    if (presented.isEmpty()) {
      throw invalid("a session token without its session id");
    }
    if (presented.size() > 1) {
      throw new TokenRejectedException(Rejection.BAD_REQUEST, "two session ids that differ");
    }
    if (!tokenIdOf(presented.iterator().next()).equals(claims.id())) {
      throw TokenRejectedException.misuse("the session id is another token's");
    }
  }

  private TokenId tokenIdOf(String sessionId) throws TokenRejectedException {
    SessionId.Finder kept = finders.take();
    SessionId.Finder finder = kept == null ? new SessionId.Finder() : kept;
    try {
      TokenId id = finder.tokenIdOf(sessionId);
      finders.put(finder);
      return id;
    } catch (IllegalArgumentException malformed) {
      throw invalid("a malformed session id");
    }
  }

  private TokenRecord recordOf(TokenClaims claims, Instant now) throws TokenRejectedException {
    TokenRecord record = find(claims.id(), now);
    // A session of a user token has no token of its own, so whatever claims to be one is forged.
    if (record.parent() != null || !claims.isOf(record)) {
      throw TokenRejectedException.misuse("the token does not say what its record says");
    }
    return record;
  }

  TokenRecord find(TokenId id, Instant now) throws TokenRejectedException {
    TokenRecord record = store.find(id, now).orElse(null);
    if (record == null) {
      throw new TokenRejectedException(Rejection.UNKNOWN, "no such record");
    }
    if (!record.id().equals(id)) {
      throw TokenRejectedException.misuse("the store answered with another record");
    }
    return record;
  }

  private static void requireClient(TokenRecord record, ClientAddress client)
      throws TokenRejectedException {
    String binding = record.binding();
    if (binding != null && !client.matches(binding)) {
      throw TokenRejectedException.misuse("presented by another client");
    }
  }

  static void requireLive(TokenRecord record, Instant now) throws TokenRejectedException {
    Ending ending = record.ending();
    if (ending != null) {
      throw ended(ending);
    }
    if (record.expiredAt(now)) {
      throw new TokenRejectedException(Rejection.EXPIRED, "expired");
    }
  }

  private static TokenRejectedException ended(Ending ending) {
    return switch (ending.reason()) {
      case CLOSED -> new TokenRejectedException(Rejection.CLOSED, "closed");
      case REPLACED -> new TokenRejectedException(Rejection.REPLACED, "replaced");
      case EVICTED -> new TokenRejectedException(Rejection.EVICTED, "evicted");
      case EXPIRED -> new TokenRejectedException(Rejection.EXPIRED, "expired");
    };
  }

  private static TokenRejectedException invalid(String why) {
    return new TokenRejectedException(Rejection.INVALID, why);
  }
}
