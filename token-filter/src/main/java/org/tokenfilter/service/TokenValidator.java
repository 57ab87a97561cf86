package org.tokenfilter.service;

import java.time.Clock;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.tokenfilter.codec.RecognizedToken;
import org.tokenfilter.codec.SessionIdDigests;
import org.tokenfilter.codec.TokenClaims;
import org.tokenfilter.codec.TokenCodec;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.RefusalCause;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A validator of presented tokens. The checks run in a fixed order: the token is authentic, the
 * session id belongs to it, its claims match its record, and the client is the one it is bound to.
 * Only then the validator checks that the token is live and that the account of its subject is
 * active. So only the rightful holder of a token learns the reason of its revocation. Thread-safe.
 */
final class TokenValidator {

  /** A lookup of the roles that the subject of a live record has. */
  @FunctionalInterface
  interface RoleLookup {
    /** The lookup that returns the roles of the record. */
    RoleLookup LOGIN_ROLES = (record, now) -> record.roles();

    /**
     * Returns the roles of a record's subject.
     *
     * @param now the start of the request
     * @throws TokenRejectedException if the account of the subject is disabled
     */
    Set<String> rolesOf(TokenRecord record, Instant now) throws TokenRejectedException;
  }

  /** A lookup of records. */
  @FunctionalInterface
  interface RecordLookup {
    /**
     * Returns the record with this id, if there is one.
     *
     * @param now the start of the request
     */
    Optional<TokenRecord> find(TokenId id, Instant now);
  }

  private final RecordLookup records;

  /** The lookup that reads the store, whatever is in memory. */
  private final RecordLookup stored;

  private final TokenCodec codec;
  private final Clock clock;
  private final RoleLookup roleLookup;
  private final SessionIdDigests sessionIdDigests = new SessionIdDigests();

  TokenValidator(CachingTokenStore store, TokenCodec codec, Clock clock, RoleLookup roleLookup) {
    this(store::find, store::read, codec, clock, roleLookup);
  }

  TokenValidator(RecordLookup records, TokenCodec codec, Clock clock, RoleLookup roleLookup) {
    this(records, records, codec, clock, roleLookup);
  }

  private TokenValidator(
      RecordLookup records,
      RecordLookup stored,
      TokenCodec codec,
      Clock clock,
      RoleLookup roleLookup) {
    this.records = records;
    this.stored = stored;
    this.codec = codec;
    this.clock = clock;
    this.roleLookup = roleLookup;
  }

  ActiveToken validate(PresentedToken presented) throws TokenRejectedException {
    return requireActive(claimsOf(presented), presented);
  }

  ActiveToken validateUser(PresentedToken presented) throws TokenRejectedException {
    return requireActive(userClaims(presented), presented);
  }

  /**
   * Decodes a user token. A token of another kind is rejected before its record is read, so the
   * answer shows nothing of its state.
   */
  private TokenClaims userClaims(PresentedToken presented) throws TokenRejectedException {
    TokenClaims claims = claimsOf(presented);
    if (claims.kind() != TokenKind.USER) {
      throw new TokenRejectedException(RefusalCause.WRONG_KIND, "not a user token");
    }
    return claims;
  }

  private ActiveToken requireActive(TokenClaims claims, PresentedToken presented)
      throws TokenRejectedException {
    Instant now = clock.instant();
    TokenRecord record = authenticate(claims, presented, now);
    requireLive(record, now);
    return new ActiveToken(record, null, now, presented.passive(), roleLookup.rolesOf(record, now));
  }

  /** Returns the record of an authentic token that its rightful client presents, live or dead. */
  TokenRecord authenticate(PresentedToken presented, Instant now) throws TokenRejectedException {
    return authenticate(claimsOf(presented), presented, now);
  }

  /** Returns the record of an authentic user token, live or dead; rejects any other kind. */
  TokenRecord authenticateUser(PresentedToken presented, Instant now)
      throws TokenRejectedException {
    return authenticate(userClaims(presented), presented, now);
  }

  private TokenRecord authenticate(TokenClaims claims, PresentedToken presented, Instant now)
      throws TokenRejectedException {
    if (claims.kind() == TokenKind.SESSION) {
      requireSessionId(claims, presented);
    }
    TokenRecord record = recordOf(claims, now);
    requireClient(record, presented.client());
    return record;
  }

  ActiveToken reread(ActiveToken used) throws TokenRejectedException {
    TokenRecord record = requireFound(used.record().id(), stored, used.usedAt());
    requireLive(record, used.usedAt());
    return new ActiveToken(
        record,
        used.session(),
        used.usedAt(),
        used.passive(),
        roleLookup.rolesOf(record, used.usedAt()));
  }

  ActiveToken useSession(ActiveToken user, String sessionId) throws TokenRejectedException {
    TokenId id = sessionIdDigests.tokenIdOf(sessionId);
    if (id == null) {
      throw new TokenRejectedException(RefusalCause.MALFORMED_SESSION_ID);
    }
    TokenRecord session = find(id, user.usedAt());
    if (!Objects.equals(session.parent(), user.record().id())) {
      throw new TokenRejectedException(RefusalCause.WRONG_SESSION);
    }
    requireLive(session, user.usedAt());
    return user.withSession(session);
  }

  Optional<ActiveToken> introspect(String token) {
    Instant now = clock.instant();
    try {
      TokenRecord record = recordOf(codec.decode(token), now);
      requireLive(record, now);
      return Optional.of(new ActiveToken(record, null, now, true, roleLookup.rolesOf(record, now)));
    } catch (TokenRejectedException inactive) {
      return Optional.empty();
    }
  }

  /** Returns the record of an authentic session token, live or dead; rejects any other kind. */
  TokenRecord authenticateSession(PresentedToken presented, Instant now)
      throws TokenRejectedException {
    TokenRecord record = authenticate(presented, now);
    if (record.kind() != TokenKind.SESSION) {
      throw new TokenRejectedException(RefusalCause.WRONG_KIND, "not a session token");
    }
    return record;
  }

  /**
   * Returns the record of an authentic token, live or dead, without a check of its session id and
   * client; empty if the token is not authentic or has no record.
   */
  Optional<TokenRecord> authenticate(String token) {
    try {
      return Optional.of(recordOf(codec.decode(token), clock.instant()));
    } catch (TokenRejectedException none) {
      return Optional.empty();
    }
  }

  /**
   * Returns the text of the authentic token that a request presents, without a check of its session
   * id and client.
   *
   * @return the text; empty if no presented token is authentic
   * @throws TokenRejectedException if the request presents two different authentic tokens
   */
  Optional<String> recognizedToken(PresentedToken presented) throws TokenRejectedException {
    try {
      return Optional.of(RecognizedToken.selectFrom(presented, codec).text());
    } catch (TokenRejectedException refused) {
      if (refused.rejection() == Rejection.INVALID) {
        return Optional.empty();
      }
      throw refused;
    }
  }

  /** Throws if the account of a live record's subject is disabled. */
  void requireAccountActive(TokenRecord live, Instant now) throws TokenRejectedException {
    roleLookup.rolesOf(live, now);
  }

  private TokenClaims claimsOf(PresentedToken presented) throws TokenRejectedException {
    return presented.others().isEmpty()
        ? codec.decode(presented.token())
        : RecognizedToken.selectFrom(presented, codec).claims();
  }

  /**
   * Throws unless one of the presented session ids belongs to the token. The others may be those of
   * other applications.
   */
  private void requireSessionId(TokenClaims claims, PresentedToken presented)
      throws TokenRejectedException {
    if (presented.sessionHeadersDiffer()) {
      throw new TokenRejectedException(
          RefusalCause.CONTRADICTION, "two session headers that differ");
    }
    if (presented.sessionIds().isEmpty()) {
      throw new TokenRejectedException(RefusalCause.MISSING_SESSION_ID);
    }
    boolean malformed = true;
    for (String sessionId : presented.sessionIds()) {
      TokenId id = sessionIdDigests.tokenIdOf(sessionId);
      if (id != null && claims.id().equals(id)) {
        return;
      }
      malformed &= id == null;
    }
    throw new TokenRejectedException(
        malformed ? RefusalCause.MALFORMED_SESSION_ID : RefusalCause.WRONG_SESSION_ID);
  }

  private TokenRecord recordOf(TokenClaims claims, Instant now) throws TokenRejectedException {
    TokenRecord record = find(claims.id(), now);
    // A session of a user token has no token of its own, so a token that names its record is
    // forged.
    if (record.parent() != null || !claims.matches(record)) {
      throw new TokenRejectedException(RefusalCause.CLAIMS_MISMATCH);
    }
    return record;
  }

  /** Returns a record as the store has it now, live or dead. */
  TokenRecord read(TokenId id, Instant now) throws TokenRejectedException {
    return requireFound(id, stored, now);
  }

  TokenRecord find(TokenId id, Instant now) throws TokenRejectedException {
    return requireFound(id, records, now);
  }

  private static TokenRecord requireFound(TokenId id, RecordLookup lookup, Instant now)
      throws TokenRejectedException {
    TokenRecord record = lookup.find(id, now).orElse(null);
    if (record == null) {
      throw new TokenRejectedException(RefusalCause.UNKNOWN_RECORD);
    }
    if (!record.id().equals(id)) {
      throw new TokenRejectedException(RefusalCause.WRONG_RECORD);
    }
    return record;
  }

  private static void requireClient(TokenRecord record, ClientAddress client)
      throws TokenRejectedException {
    String binding = record.binding();
    if (binding != null && !client.matches(binding)) {
      throw new TokenRejectedException(
          client.hasOtherIpVersionThan(binding)
              ? RefusalCause.OTHER_IP_VERSION
              : RefusalCause.WRONG_CLIENT);
    }
  }

  static void requireLive(TokenRecord record, Instant now) throws TokenRejectedException {
    Revocation revocation = record.revocation();
    if (revocation != null) {
      throw new TokenRejectedException(causeOf(revocation));
    }
    if (record.expiredAt(now)) {
      throw new TokenRejectedException(RefusalCause.EXPIRED);
    }
  }

  private static RefusalCause causeOf(Revocation revocation) {
    return switch (revocation.reason()) {
      case CLOSED -> RefusalCause.CLOSED;
      case REPLACED -> RefusalCause.REPLACED;
      case EVICTED -> RefusalCause.EVICTED;
      case EXPIRED -> RefusalCause.SWEPT;
    };
  }
}
