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
import org.tokenfilter.codec.TokenCodec;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Insertion;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.OpenedSession;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.SessionId;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenClaims;
import org.tokenfilter.token.TokenRejectedException;
import org.tokenfilter.token.UnfitSubjectException;

/** The issuer of tokens and of their records. */
final class TokenIssuer {

  /** The limit of an API client: one token at a time. */
  private static final Limit ONE_TOKEN = new Limit(1, Limit.Policy.REJECT);

  /**
   * The most session ids of one request that are considered. Each costs a store read, and no
   * browser holds more of one application.
   */
  private static final int MOST_SESSION_IDS = 8;

  private final TokenStore store;
  private final TokenCodec codec;
  private final TokenPolicy policy;
  private final String audience;
  private final Clock clock;
  private final SecureRandom random;
  private final Listeners listeners;

  TokenIssuer(
      TokenStore store,
      TokenCodec codec,
      TokenPolicy policy,
      String audience,
      Clock clock,
      SecureRandom random,
      Listeners listeners) {
    this.store = store;
    this.codec = codec;
    this.policy = policy;
    this.audience = audience;
    this.clock = clock;
    this.random = random;
    this.listeners = listeners;
  }

  IssuedToken session(Subject subject, Duration ttl, ClientAddress client, Set<String> presented)
      throws TokenRejectedException {
    Instant now = clock.instant();
    SessionId id = SessionId.random(random, audience);
    TokenRecord fresh =
        fitting(
            subject,
            record(id.tokenId(), TokenKind.SESSION, subject, client, now)
                .group(Groups.sessionsOf(subject.name()))
                .binding(policy.binding().of(client))
                .idleTimeout(policy.sessionIdleTimeout())
                .expiresAt(policy.slidingLimit(now, ttl)));
    Optional<IssuedToken> joined = join(fresh, presented, now);
    if (joined.isPresent()) {
      return joined.get();
    }
    IssuedToken token = written(fresh, id);
    insert(fresh, policy.sessions(), Rejection.SESSION_LIMIT, now);
    return issued(token);
  }

  IssuedToken open(Subject subject, Duration ttl, ClientAddress client)
      throws TokenRejectedException {
    Instant now = clock.instant();
    TokenRecord record =
        fitting(
            subject,
            record(randomId(), TokenKind.OPEN, subject, client, now)
                .expiresAt(policy.openLimit(now, ttl)));
    IssuedToken token = written(record, null);
    insert(record, now);
    return issued(token);
  }

  IssuedToken user(Subject subject, @Nullable Duration idleTimeout, ClientAddress client) {
    Instant now = clock.instant();
    TokenRecord record =
        fitting(
            subject,
            record(randomId(), TokenKind.USER, subject, client, now)
                .idleTimeout(idleTimeout == null ? policy.userIdleTimeout() : idleTimeout)
                .expiresAt(policy.slidingLimit(now, Duration.ZERO)));
    IssuedToken token = written(record, null);
    insert(record, now);
    return issued(token);
  }

  IssuedToken apiClient(Subject subject, String environment, String client)
      throws TokenRejectedException {
    Instant now = clock.instant();
    TokenRecord record =
        fitting(
            subject,
            record(randomId(), TokenKind.OPEN, subject, now)
                .client(client)
                .group(Groups.apiClient(environment, client, subject.name()))
                .expiresAt(now.plus(policy.clientLifetime())));
    IssuedToken token = written(record, null);
    endExpired(record, now);
    insert(record, ONE_TOKEN, Rejection.CLIENT_TOKEN_LIVE, now);
    return issued(token);
  }

  /**
   * Revokes the expired tokens of the record's group. Otherwise a refresh in flight, or a refresh
   * on a node whose clock is behind, could still exchange an expired token beside its replacement.
   */
  private void endExpired(TokenRecord record, Instant now) {
    new UnendedRecords(store)
        .end(
            record.subject(),
            other -> Objects.equals(other.group(), record.group()) && other.expiredAt(now),
            expired -> {
              Ending ending = Ending.of(Reason.EXPIRED, Objects.requireNonNull(expired.deadline()));
              List<TokenId> ended = store.end(expired.id(), ending);
              listeners.tellEnded(ended, Reason.EXPIRED);
              return !ended.isEmpty();
            });
  }

  /** Creates the successor of an API client's token, without storing it. */
  IssuedToken successorOf(TokenRecord old, Instant now) {
    TokenRecord record =
        TokenRecord.builder(randomId(), old.kind(), old.subject(), now)
            .roles(old.roles())
            .attributes(old.attributes())
            .group(old.group())
            .client(old.client())
            .expiresAt(now.plus(policy.clientLifetime()))
            .build();
    return written(record, null);
  }

  OpenedSession sessionOf(ActiveToken user) throws TokenRejectedException {
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
            .group(Groups.sessionsOf(parent.subject()))
            .parent(parent.id())
            .client(parent.client())
            .idle(parent.idleTimeout(), user.usedAt().plus(required(parent.idleTimeout())))
            .expiresAt(parent.expiresAt())
            .build();
    insert(record, policy.sessions(), Rejection.SESSION_LIMIT, now);
    listeners.tell(record, listener -> listener.issued(record));
    return new OpenedSession(id, user.in(record));
  }

  /**
   * Returns another token of the live session that the client already has, if the request asks for
   * an equal session. Returns empty if two sessions match, since the choice would be arbitrary.
   */
  private Optional<IssuedToken> join(TokenRecord fresh, Set<String> presented, Instant now) {
    List<SessionId> ours = ours(presented);
    if (ours.size() > MOST_SESSION_IDS) {
      return Optional.empty();
    }
    SessionId found = null;
    TokenRecord current = null;
    for (SessionId id : ours) {
      TokenRecord record = store.find(id.tokenId()).orElse(null);
      if (record != null && record.liveAt(now) && joinable(record, fresh)) {
        if (found != null) {
          return Optional.empty();
        }
        found = id;
        current = record;
      }
    }
    return found == null || current == null ? Optional.empty() : joined(current, found, now);
  }

  /** Returns the presented session ids that were created for this audience. */
  private List<SessionId> ours(Set<String> presented) {
    List<SessionId> ours = new ArrayList<>();
    for (String text : presented) {
      if (SessionId.isPossible(text)) {
        SessionId id = SessionId.parse(text);
        if (id.isFor(audience)) {
          ours.add(id);
        }
      }
    }
    return ours;
  }

  private Optional<IssuedToken> joined(TokenRecord current, SessionId id, Instant now) {
    Renewal renewal = new Renewal(current.id(), now, now.plus(required(current.idleTimeout())));
    if (!store.renew(Set.of(renewal), now).isEmpty()) {
      return Optional.empty();
    }
    TokenRecord renewed = current.renewed(renewal);
    listeners.tell(renewed, listener -> listener.renewed(renewed));
    return Optional.of(written(renewed, id));
  }

  private static boolean joinable(TokenRecord current, TokenRecord fresh) {
    return current.kind() == TokenKind.SESSION
        && current.parent() == null
        && current.subject().equals(fresh.subject())
        && current.roles().equals(fresh.roles())
        && current.attributes().equals(fresh.attributes())
        && Objects.equals(current.client(), fresh.client())
        && Objects.equals(current.binding(), fresh.binding())
        && Objects.equals(ttl(current), ttl(fresh));
  }

  private static @Nullable Duration ttl(TokenRecord record) {
    Instant expiresAt = record.expiresAt();
    return expiresAt == null ? null : Duration.between(record.issuedAt(), expiresAt);
  }

  private void insert(TokenRecord record, Instant now) {
    if (store.insert(record, Limit.NONE, now).outcome() != Insertion.Outcome.INSERTED) {
      throw new TokenStoreException(
          "the store rejected a record that has neither a limit nor a parent", null, false);
    }
  }

  private void insert(TokenRecord record, Limit limit, Rejection full, Instant now)
      throws TokenRejectedException {
    Insertion insertion = store.insert(record, limit, now);
    listeners.tellEnded(insertion.evicted(), Reason.EVICTED);
    switch (insertion.outcome()) {
      case INSERTED -> {}
      case GROUP_FULL ->
          throw new TokenRejectedException(full, "the limit of the group is reached");
      case PARENT_ENDED -> throw parentEnded(record.parent(), now);
    }
  }

  private TokenRejectedException parentEnded(@Nullable TokenId id, Instant now) {
    Optional<TokenRecord> parent = id == null ? Optional.empty() : store.find(id);
    try {
      if (parent.isPresent()) {
        TokenJudge.requireLive(parent.get(), now);
      }
    } catch (TokenRejectedException why) {
      return why;
    }
    return new TokenRejectedException(
        Rejection.INVALID, "the user token was revoked or has expired during the request");
  }

  /** Returns another token of a stored record. */
  IssuedToken writtenAgain(TokenRecord record) {
    return written(record, null);
  }

  /**
   * Encodes the token of a record. Called before the record is stored, so that a failure leaves no
   * record behind.
   */
  private IssuedToken written(TokenRecord record, @Nullable SessionId id) {
    return new IssuedToken(codec.encode(TokenClaims.of(record, audience)), id, record);
  }

  IssuedToken issued(IssuedToken token) {
    listeners.tell(token.record(), listener -> listener.issued(token.record()));
    return token;
  }

  private static TokenRecord.Builder record(
      TokenId id, TokenKind kind, Subject subject, ClientAddress client, Instant now) {
    return record(id, kind, subject, now).client(client.toString());
  }

  private static TokenRecord.Builder record(
      TokenId id, TokenKind kind, Subject subject, Instant now) {
    return TokenRecord.builder(id, kind, subject.name(), now)
        .roles(subject.roles())
        .attributes(subject.attributes());
  }

  /**
   * Builds the record of a subject.
   *
   * @throws UnfitSubjectException if the subject does not fit into a record; retries cannot succeed
   */
  private static TokenRecord fitting(Subject subject, TokenRecord.Builder record) {
    try {
      return record.build();
    } catch (IllegalArgumentException unfit) {
      throw new UnfitSubjectException(subject.name(), unfit);
    }
  }

  private TokenId randomId() {
    byte[] bytes = new byte[TokenId.LENGTH];
    random.nextBytes(bytes);
    return TokenId.of(bytes);
  }

  private static Duration required(@Nullable Duration idleTimeout) {
    if (idleTimeout == null) {
      throw new IllegalStateException("the sliding record has no idle timeout");
    }
    return idleTimeout;
  }
}
