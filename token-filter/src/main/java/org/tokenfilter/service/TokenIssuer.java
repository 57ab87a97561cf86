package org.tokenfilter.service;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.codec.TokenClaims;
import org.tokenfilter.codec.TokenCodec;
import org.tokenfilter.policy.TokenPolicy;
import org.tokenfilter.store.AmendResult;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.InvalidSubjectException;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.OpenedSession;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.SessionId;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/** The issuer of tokens and of their records. */
final class TokenIssuer {

  /** The limit of an API client: one token at a time. */
  static final Limit ONE_TOKEN = new Limit(1, Limit.Policy.REJECT);

  /**
   * The most session ids of one request that are considered. Each costs a store read, and no
   * browser holds more of one application.
   */
  private static final int MAX_SESSION_IDS = 8;

  private final CachingTokenStore store;
  private final Amender amender;
  private final TokenCodec codec;
  private final TokenPolicy policy;
  private final String audience;
  private final Clock clock;
  private final SecureRandom random;
  private final TokenEvents events;

  TokenIssuer(
      CachingTokenStore store,
      Amender amender,
      TokenCodec codec,
      TokenPolicy policy,
      String audience,
      Clock clock,
      SecureRandom random,
      TokenEvents events) {
    this.store = store;
    this.amender = amender;
    this.codec = codec;
    this.policy = policy;
    this.audience = audience;
    this.clock = clock;
    this.random = random;
    this.events = events;
  }

  IssuedToken issueSession(
      Subject subject, Duration ttl, ClientAddress client, Set<String> presented)
      throws TokenRejectedException {
    Instant now = clock.instant();
    SessionId id = SessionId.random(random, audience);
    TokenRecord fresh =
        buildRecord(
            subject,
            recordBuilder(id.tokenId(), TokenKind.SESSION, subject, client, now)
                .group(SubjectRecords.sessionsGroup(subject.name()))
                .binding(policy.binding().valueFor(client))
                .idleTimeout(policy.sessionIdleTimeout())
                .expiresAt(policy.absoluteExpiry(now, ttl)));
    Optional<IssuedToken> joined = reuseSession(fresh, presented, now);
    if (joined.isPresent()) {
      return joined.get();
    }
    IssuedToken token = encode(fresh, id);
    insert(fresh, policy.sessionLimit(), Rejection.SESSION_LIMIT, now);
    return publishIssued(token);
  }

  IssuedToken issueOpen(Subject subject, Duration ttl, ClientAddress client)
      throws TokenRejectedException {
    Instant now = clock.instant();
    TokenRecord record =
        buildRecord(
            subject,
            recordBuilder(randomId(), TokenKind.OPEN, subject, client, now)
                .expiresAt(policy.openTokenExpiry(now, ttl)));
    IssuedToken token = encode(record, null);
    insert(record, now);
    return publishIssued(token);
  }

  IssuedToken issueUser(Subject subject, @Nullable Duration idleTimeout, ClientAddress client) {
    Instant now = clock.instant();
    TokenRecord record =
        buildRecord(
            subject,
            recordBuilder(randomId(), TokenKind.USER, subject, client, now)
                .idleTimeout(idleTimeout == null ? policy.userIdleTimeout() : idleTimeout)
                .expiresAt(policy.absoluteExpiry(now, Duration.ZERO)));
    IssuedToken token = encode(record, null);
    insert(record, now);
    return publishIssued(token);
  }

  IssuedToken issueApiClientToken(Subject subject, String environment, String client)
      throws TokenRejectedException {
    Instant now = clock.instant();
    TokenRecord record =
        buildRecord(
            subject,
            recordBuilder(randomId(), TokenKind.OPEN, subject, now)
                .client(client)
                .group(SubjectRecords.apiClientGroup(environment, client, subject.name()))
                .expiresAt(now.plus(policy.clientLifetime())));
    IssuedToken token = encode(record, null);
    revokeExpired(record, now);
    insert(record, ONE_TOKEN, Rejection.CLIENT_TOKEN_LIVE, now);
    return publishIssued(token);
  }

  /**
   * Revokes the expired tokens of the record's group. Otherwise a refresh in flight, or a refresh
   * on a node whose clock is behind, could still exchange an expired token beside its replacement.
   */
  private void revokeExpired(TokenRecord record, Instant now) {
    new SubjectRecords(store)
        .revokeAll(
            record.subject(),
            other -> Objects.equals(other.group(), record.group()) && other.expiredAt(now),
            expired -> {
              Revocation revocation =
                  Revocation.of(
                      RevocationReason.EXPIRED, Objects.requireNonNull(expired.deadline()));
              List<TokenId> ended = store.revoke(expired.id(), revocation);
              events.publishRevoked(ended, RevocationReason.EXPIRED);
              return !ended.isEmpty();
            });
  }

  /**
   * Creates the successor of an API client's token, without storing it. It inherits all details of
   * the version that was read.
   */
  IssuedToken newSuccessor(TokenRecord old, Instant now) {
    TokenRecord record =
        TokenRecord.builder(randomId(), old.kind(), old.subject(), now)
            .details(withoutVersion(old.details()))
            .group(old.group())
            .client(old.client())
            .expiresAt(now.plus(policy.clientLifetime()))
            .build();
    return encode(record, null);
  }

  private static TokenDetails withoutVersion(TokenDetails old) {
    return new TokenDetails(
        0,
        old.roles(),
        old.attributes(),
        old.confirmation(),
        old.authenticatedAt(),
        old.acr(),
        old.origin(),
        old.label(),
        old.data());
  }

  OpenedSession openSession(ActiveToken user) throws TokenRejectedException {
    TokenRecord parent = user.record();
    if (parent.kind() != TokenKind.USER) {
      throw new IllegalArgumentException("a session can be opened for a user token only");
    }
    Instant now = clock.instant();
    SessionId id = SessionId.random(random);
    TokenRecord record =
        TokenRecord.builder(id.tokenId(), TokenKind.SESSION, parent.subject(), now)
            .roles(parent.roles())
            .attributes(parent.attributes())
            .group(SubjectRecords.sessionsGroup(parent.subject()))
            .parent(parent.id())
            .client(parent.client())
            .idle(
                parent.idleTimeout(), user.usedAt().plus(requireIdleTimeout(parent.idleTimeout())))
            .expiresAt(parent.expiresAt())
            .build();
    insert(record, policy.sessionLimit(), Rejection.SESSION_LIMIT, now);
    events.publish(record, listener -> listener.tokenIssued(record));
    return new OpenedSession(id, user.withSession(record));
  }

  /**
   * Returns another token of the live session that the client already has, if the request asks for
   * an equal session. Returns empty if two sessions match, since the choice would be arbitrary.
   */
  private Optional<IssuedToken> reuseSession(
      TokenRecord fresh, Set<String> presented, Instant now) {
    List<SessionId> ours = ownSessionIds(presented);
    if (ours.size() > MAX_SESSION_IDS) {
      return Optional.empty();
    }
    SessionId found = null;
    TokenRecord current = null;
    for (SessionId id : ours) {
      TokenRecord record = store.read(id.tokenId(), now).orElse(null);
      if (record != null && record.liveAt(now) && isReusable(record, fresh)) {
        if (found != null) {
          return Optional.empty();
        }
        found = id;
        current = record;
      }
    }
    return found == null || current == null
        ? Optional.empty()
        : renewReused(current, fresh.details(), found, now);
  }

  /** Returns the presented session ids that were created for this audience. */
  private List<SessionId> ownSessionIds(Set<String> presented) {
    List<SessionId> ours = new ArrayList<>();
    for (String text : presented) {
      if (SessionId.isWellFormed(text)) {
        SessionId id = SessionId.parse(text);
        if (id.isFor(audience)) {
          ours.add(id);
        }
      }
    }
    return ours;
  }

  /**
   * Renews a session and gives it all that the login says. Its label and its data stay. Returns
   * empty if the session has ended meanwhile.
   */
  private Optional<IssuedToken> renewReused(
      TokenRecord found, TokenDetails login, SessionId id, Instant now) {
    Amender.Amended amended =
        amender.amend(
            found,
            details ->
                details
                    .roles(login.roles())
                    .attributes(login.attributes())
                    .confirmation(login.confirmation())
                    .authenticated(login.authenticatedAt(), login.acr())
                    .origin(login.origin()));
    if (amended.result() != AmendResult.AMENDED) {
      return Optional.empty();
    }
    TokenRecord current = amended.record().orElse(found);
    Renewal renewal =
        new Renewal(current.id(), now, now.plus(requireIdleTimeout(current.idleTimeout())));
    if (!store.renew(Set.of(renewal), now).isEmpty()) {
      return Optional.empty();
    }
    TokenRecord renewed = current.renewed(renewal);
    events.publish(renewed, listener -> listener.tokenRenewed(renewed));
    return Optional.of(encode(renewed, id));
  }

  private static boolean isReusable(TokenRecord current, TokenRecord fresh) {
    return current.kind() == TokenKind.SESSION
        && current.parent() == null
        && current.subject().equals(fresh.subject())
        && Objects.equals(current.client(), fresh.client())
        && Objects.equals(current.binding(), fresh.binding())
        && Objects.equals(ttl(current), ttl(fresh));
  }

  private static @Nullable Duration ttl(TokenRecord record) {
    Instant expiresAt = record.expiresAt();
    return expiresAt == null ? null : Duration.between(record.issuedAt(), expiresAt);
  }

  private void insert(TokenRecord record, Instant now) {
    if (store.insert(record, Limit.NONE, now).outcome() != InsertResult.Outcome.INSERTED) {
      throw new TokenStoreException(
          "the store rejected a record that has neither a limit nor a parent", null, false);
    }
  }

  private void insert(TokenRecord record, Limit limit, Rejection full, Instant now)
      throws TokenRejectedException {
    InsertResult insertion = store.insert(record, limit, now);
    events.publishRevoked(insertion.evicted(), RevocationReason.EVICTED);
    switch (insertion.outcome()) {
      case INSERTED -> {}
      case GROUP_FULL ->
          throw new TokenRejectedException(full, "the limit of the group is reached");
      case PARENT_ENDED -> throw parentRevoked(record.parent(), now);
    }
  }

  private TokenRejectedException parentRevoked(@Nullable TokenId id, Instant now) {
    Optional<TokenRecord> parent = id == null ? Optional.empty() : store.find(id);
    try {
      if (parent.isPresent()) {
        TokenValidator.requireLive(parent.get(), now);
      }
    } catch (TokenRejectedException why) {
      return why;
    }
    return new TokenRejectedException(
        Rejection.INVALID, "the user token was revoked or has expired during the request");
  }

  /** Returns another token of a stored record. */
  IssuedToken reissue(TokenRecord record) {
    return encode(record, null);
  }

  /**
   * Encodes the token of a record. Called before the record is stored, so that a failure leaves no
   * record behind.
   */
  private IssuedToken encode(TokenRecord record, @Nullable SessionId id) {
    return new IssuedToken(codec.encode(TokenClaims.of(record, audience)), id, record);
  }

  IssuedToken publishIssued(IssuedToken token) {
    events.publish(token.record(), listener -> listener.tokenIssued(token.record()));
    return token;
  }

  private static TokenRecord.Builder recordBuilder(
      TokenId id, TokenKind kind, Subject subject, ClientAddress client, Instant now) {
    return recordBuilder(id, kind, subject, now).client(client.toString());
  }

  private static TokenRecord.Builder recordBuilder(
      TokenId id, TokenKind kind, Subject subject, Instant now) {
    return TokenRecord.builder(id, kind, subject.name(), now);
  }

  /**
   * Builds the record of a subject, with all that the login says of it.
   *
   * @throws InvalidSubjectException if the subject does not fit into a record; retries cannot
   *     succeed
   */
  private static TokenRecord buildRecord(Subject subject, TokenRecord.Builder record) {
    try {
      return record
          .details(
              TokenDetails.NONE.toBuilder()
                  .roles(subject.roles())
                  .attributes(subject.attributes())
                  .build())
          .build();
    } catch (IllegalArgumentException unfit) {
      throw new InvalidSubjectException(subject.name(), unfit);
    }
  }

  private TokenId randomId() {
    byte[] bytes = new byte[TokenId.LENGTH];
    random.nextBytes(bytes);
    return TokenId.of(bytes);
  }

  private static Duration requireIdleTimeout(@Nullable Duration idleTimeout) {
    if (idleTimeout == null) {
      throw new IllegalStateException("the sliding record has no idle timeout");
    }
    return idleTimeout;
  }
}
