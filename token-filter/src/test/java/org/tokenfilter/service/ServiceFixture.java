package org.tokenfilter.service;

import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.codec.JweTokenCodec;
import org.tokenfilter.codec.TokenCodec;
import org.tokenfilter.keys.ContentEncryption;
import org.tokenfilter.keys.ContentKey;
import org.tokenfilter.keys.KeyRing;
import org.tokenfilter.login.AccountRecheckPolicy;
import org.tokenfilter.policy.CachePolicy;
import org.tokenfilter.policy.ServiceEnvironment;
import org.tokenfilter.policy.TokenPolicy;
import org.tokenfilter.policy.TokenPolicy.Binding;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.tck.SettableClock;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.SessionId;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/** A token service with real components below it, and a settable clock. */
final class ServiceFixture {

  static final Duration SESSION_IDLE = Duration.ofMinutes(30);
  static final Duration USER_IDLE = Duration.ofMinutes(15);
  static final Duration MAX_LIFETIME = Duration.ofDays(7);
  static final Duration OPEN_MAX_LIFETIME = Duration.ofDays(365);
  static final Duration CLIENT_LIFETIME = Duration.ofDays(1);
  static final TokenPolicy POLICY = policy(MAX_LIFETIME, true, Limit.NONE, Binding.ADDRESS);
  static final String AUDIENCE = "/shop";
  static final CachePolicy NO_CACHING = new CachePolicy(Duration.ZERO, null, Duration.ofSeconds(2));
  static final Subject ALICE = Subject.of("alice", "user");
  static final ClientAddress CLIENT = ClientAddress.parse("192.0.2.1");
  static final ClientAddress NEIGHBOUR = ClientAddress.parse("192.0.2.2");

  final SettableClock clock = new SettableClock(Instant.parse("2026-03-01T10:00:00Z"));
  final SecureRandom random = seeded();
  final InMemoryTokenStore memory = new InMemoryTokenStore(clock, Duration.ofHours(1));
  final KeyRing ring;
  final TokenCodec codec;
  final RecordingListener listener = new RecordingListener();
  TokenService service;

  ServiceFixture() {
    ring =
        KeyRing.of(
            List.of(
                ContentKey.random(
                    "k1", ContentEncryption.A128CBC_HS256, ContentKey.State.ACTIVE, random)));
    codec = new JweTokenCodec(() -> ring, AUDIENCE, random);
    service = newService(memory, POLICY, listener);
  }

  static TokenPolicy policy(
      Duration maxLifetime, boolean openUnlimited, Limit sessions, Binding binding) {
    return TokenPolicy.builder()
        .sessionIdleTimeout(SESSION_IDLE)
        .userIdleTimeout(USER_IDLE)
        .absoluteTimeout(maxLifetime)
        .openMaxLifetime(OPEN_MAX_LIFETIME)
        .openUnlimited(openUnlimited)
        .clientLifetime(CLIENT_LIFETIME)
        .sessionLimit(sessions)
        .binding(binding)
        .build();
  }

  /** Returns the usual policy with this treatment of refreshed tokens. */
  static TokenPolicy refreshing(Duration grace, TokenPolicy.ReusePolicy reusePolicy) {
    return TokenPolicy.builder()
        .sessionIdleTimeout(SESSION_IDLE)
        .userIdleTimeout(USER_IDLE)
        .absoluteTimeout(MAX_LIFETIME)
        .openMaxLifetime(OPEN_MAX_LIFETIME)
        .clientLifetime(CLIENT_LIFETIME)
        .refreshGrace(grace)
        .reusePolicy(reusePolicy)
        .build();
  }

  /** Replaces the service by one with another policy, and returns this fixture. */
  ServiceFixture withPolicy(TokenPolicy policy) {
    service = newService(memory, policy, listener);
    return this;
  }

  /**
   * Returns another service with this fixture's clock and keys. It caches no record, but buffers
   * renewals like any other.
   */
  TokenService newService(TokenStore store, TokenPolicy policy, TokenListener... listeners) {
    return newService(store, policy, clock, listeners);
  }

  TokenService newService(
      TokenStore store, TokenPolicy policy, Clock judging, TokenListener... listeners) {
    return newService(store, policy, judging, AccountRecheckPolicy.NEVER, listeners);
  }

  /** Returns a service of another application that shares the keys and the store. */
  TokenService newServiceForAudience(String audience) {
    return newService(
        memory,
        new JweTokenCodec(() -> ring, audience, random),
        audience,
        POLICY,
        clock,
        AccountRecheckPolicy.NEVER);
  }

  /** Returns a service that rechecks accounts. */
  TokenService newService(TokenStore store, TokenPolicy policy, AccountRecheckPolicy recheck) {
    return newService(store, policy, clock, recheck);
  }

  private TokenService newService(
      TokenStore store,
      TokenPolicy policy,
      Clock judging,
      AccountRecheckPolicy recheck,
      TokenListener... listeners) {
    return newService(store, codec, AUDIENCE, policy, judging, recheck, listeners);
  }

  private TokenService newService(
      TokenStore store,
      TokenCodec tokens,
      String audience,
      TokenPolicy policy,
      Clock judging,
      AccountRecheckPolicy recheck,
      TokenListener... listeners) {
    return new TokenService(
        store,
        store,
        tokens,
        policy,
        audience,
        NO_CACHING,
        new ServiceEnvironment(judging, () -> 0, random, Runnable::run),
        List.of(listeners),
        recheck);
  }

  /** Renews a token, and writes the renewal at once. */
  void renew(ActiveToken used) {
    renew(service, used);
  }

  static void renew(TokenService service, ActiveToken used) {
    service.renew(used);
    service.shutdown();
  }

  IssuedToken issueSession() throws TokenRejectedException {
    return issueSession(ALICE, Duration.ZERO);
  }

  IssuedToken issueSession(Subject subject, Duration ttl, String... presented)
      throws TokenRejectedException {
    return service.issueSession(subject, ttl, CLIENT, Set.of(presented));
  }

  IssuedToken issueOpen(Duration ttl) throws TokenRejectedException {
    return service.issueOpen(ALICE, ttl, CLIENT);
  }

  IssuedToken issueUser() {
    return service.issueUser(ALICE, null, CLIENT);
  }

  /** Issues a token to an API client of Alice. */
  IssuedToken issueApiClient() throws TokenRejectedException {
    return service.issueApiClientToken(ALICE, "live", "shop");
  }

  ActiveToken validate(IssuedToken token) throws TokenRejectedException {
    return service.validate(presented(token));
  }

  /** Returns the token as presented by its rightful client. */
  static PresentedToken presented(IssuedToken token) {
    SessionId id = token.sessionId();
    return presented(token.value(), CLIENT, id == null ? new String[0] : new String[] {id.value()});
  }

  static PresentedToken presented(String token, ClientAddress client, String... sessionIds) {
    return new PresentedToken(token, Set.of(sessionIds), client, false);
  }

  /** Returns the token as presented passively by its rightful client. */
  static PresentedToken presentedPassively(IssuedToken token) {
    PresentedToken presented = presented(token);
    return new PresentedToken(
        presented.token(), presented.sessionIds(), presented.client(), false, true);
  }

  /** Returns the live tokens of Alice. */
  List<TokenRecord> liveTokens() {
    return memory.list(ALICE.name(), clock.instant(), null, Integer.MAX_VALUE);
  }

  /** Returns the stored record. */
  TokenRecord stored(TokenId id) {
    return memory.find(id).orElseThrow();
  }

  TokenId newId() {
    byte[] bytes = new byte[TokenId.LENGTH];
    random.nextBytes(bytes);
    return TokenId.of(bytes);
  }

  /** Returns the text of the session id of a session token. */
  static String sessionIdOf(IssuedToken token) {
    @Nullable SessionId id = token.sessionId();
    if (id == null) {
      throw new AssertionError("no session token");
    }
    return id.value();
  }

  private static SecureRandom seeded() {
    try {
      SecureRandom random = SecureRandom.getInstance("SHA1PRNG");
      random.setSeed(20260301);
      return random;
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
