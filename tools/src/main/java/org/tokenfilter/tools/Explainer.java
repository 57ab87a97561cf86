package org.tokenfilter.tools;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.codec.JweTokenCodec;
import org.tokenfilter.codec.KeyRing;
import org.tokenfilter.codec.TokenClaims;
import org.tokenfilter.codec.TokenCodec;
import org.tokenfilter.config.MonotonicClock;
import org.tokenfilter.service.CachePolicy;
import org.tokenfilter.service.ServiceEnvironment;
import org.tokenfilter.service.TokenPolicy;
import org.tokenfilter.service.TokenPolicy.Binding;
import org.tokenfilter.service.TokenService;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Explains why a token would be accepted or refused. It does not validate anything itself: it
 * presents the token to the library as a request would, and describes the outcome in words.
 */
final class Explainer {

  /** The placeholder for an unknown client, where the token is bound to none. */
  private static final ClientAddress UNKNOWN_CLIENT = ClientAddress.parse("0.0.0.0");

  /** The store is read for each token. There are no concurrent calls, so no call waits. */
  private static final CachePolicy NO_CACHING =
      new CachePolicy(Duration.ZERO, null, Duration.ofSeconds(1));

  private final Supplier<KeyRing> ring;
  private final TokenCodec codec;
  private final String audience;
  private final Clock clock;
  private final @Nullable Function<TokenId, Optional<TokenRecord>> store;

  /**
   * Creates an explainer for the tokens of an application.
   *
   * @param ring supplies the keys
   * @param audience the {@code token.audience} of the application
   * @param clock the source of the current time
   * @param store looks up records; null for no store
   * @throws IllegalArgumentException if the audience is not valid
   */
  Explainer(
      Supplier<KeyRing> ring,
      String audience,
      Clock clock,
      @Nullable Function<TokenId, Optional<TokenRecord>> store) {
    this.ring = ring;
    this.codec = new JweTokenCodec(ring, audience, new SecureRandom());
    this.audience = audience;
    this.clock = clock;
    this.store = store;
  }

  /** Explains a token. */
  Explanation explain(Presentation presented) {
    ExplanationBuilder builder = new ExplanationBuilder(presented, ring.get(), clock.instant());
    ReadOnlyTokenStore readOnlyStore =
        new ReadOnlyTokenStore(store == null ? id -> failWithoutStore() : store);
    try {
      TokenClaims claims = codec.decode(presented.token());
      builder.addClaims(claims);
      TokenRecord record = lookUp(claims.id());
      builder.addRecord(record);
      ClientAddress client = presented.client();
      ActiveToken active =
          validate(presented, client == null ? boundClient(record) : client, readOnlyStore);
      builder.addRecord(active.record());
      return builder.accepted(active);
    } catch (TokenRejectedException refused) {
      TokenRecord found = readOnlyStore.lastFound();
      if (found != null) {
        builder.addRecord(found);
      }
      return builder.refused(refused);
    } catch (TokenStoreException unknown) {
      return store == null
          ? builder.undecided(
              "no store was named",
              "It is authentic. Its record shows whether it is still live: name the store with"
                  + " --store.")
          : builder.undecided(
              "the store did not answer: " + unknown.getMessage(),
              "It is authentic, but it is unknown whether it is still live. A request with it is"
                  + " answered 503.");
    }
  }

  private ActiveToken validate(
      Presentation presented, ClientAddress client, ReadOnlyTokenStore readOnlyStore)
      throws TokenRejectedException {
    TokenService service =
        new TokenService(
            readOnlyStore,
            readOnlyStore,
            codec,
            UNUSED_POLICY,
            audience,
            NO_CACHING,
            new ServiceEnvironment(
                new MonotonicClock(clock), System::nanoTime, new SecureRandom(), Runnable::run),
            List.of());
    return service.validate(
        new PresentedToken(presented.token(), presented.sessionIds(), client, false));
  }

  /** Returns the record for display only; null if there is none, or it is not known. */
  private @Nullable TokenRecord lookUp(TokenId id) {
    try {
      return store == null ? null : store.apply(id).orElse(null);
    } catch (TokenStoreException unknown) {
      return null;
    }
  }

  /**
   * Returns a client that the token is bound to, so that the other checks can run although the real
   * client is unknown.
   */
  private static ClientAddress boundClient(@Nullable TokenRecord record) {
    String binding = record == null ? null : record.binding();
    if (binding == null) {
      return UNKNOWN_CLIENT;
    }
    if (ClientAddress.UNIX.matches(binding)) {
      return ClientAddress.UNIX;
    }
    try {
      return ClientAddress.parse(binding.replaceFirst("/.*", ""));
    } catch (IllegalArgumentException boundToNobody) {
      return UNKNOWN_CLIENT;
    }
  }

  private static Optional<TokenRecord> failWithoutStore() {
    throw new TokenStoreException("no store was named", null, false);
  }

  /** No token is issued here, so the lifetimes do not matter. */
  private static final TokenPolicy UNUSED_POLICY =
      new TokenPolicy(
          Duration.ZERO,
          Duration.ZERO,
          Duration.ZERO,
          Duration.ZERO,
          false,
          Duration.ZERO,
          Duration.ZERO,
          TokenPolicy.ReusePolicy.REPORT,
          Limit.NONE,
          Binding.OFF);
}
