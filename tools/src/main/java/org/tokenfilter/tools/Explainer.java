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
import org.tokenfilter.codec.TokenCodec;
import org.tokenfilter.service.Binding;
import org.tokenfilter.service.ForwardClock;
import org.tokenfilter.service.Surroundings;
import org.tokenfilter.service.Timeliness;
import org.tokenfilter.service.TokenPolicy;
import org.tokenfilter.service.TokenService;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.TokenClaims;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Says why a token would be accepted or refused. It judges nothing itself: it presents the token to
 * the library as a request would, and puts into words what the library answers.
 */
final class Explainer {

  /** Stands for a client that is not known, where no client is asked for. */
  private static final ClientAddress NOBODY = ClientAddress.parse("0.0.0.0");

  /** The store is asked for each token. Nobody else asks it here, so nobody waits for his turn. */
  private static final Timeliness EACH_TIME =
      new Timeliness(Duration.ZERO, null, Duration.ofSeconds(1));

  private final Supplier<KeyRing> ring;
  private final TokenCodec codec;
  private final String audience;
  private final Clock clock;
  private final @Nullable Function<TokenId, Optional<TokenRecord>> store;

  /**
   * Explains tokens of an application.
   *
   * @param store finds records; null where there is none to ask
   * @throws IllegalArgumentException if the audience is none
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
    Facts facts = new Facts(presented, ring.get(), clock.instant());
    AskedStore asked = new AskedStore(store == null ? id -> notAsked() : store);
    try {
      TokenClaims claims = codec.decode(presented.token());
      facts.says(claims);
      TokenRecord record = lookedUp(claims.id());
      facts.found(record);
      ClientAddress client = presented.client();
      ActiveToken active = judged(presented, client == null ? clientOf(record) : client, asked);
      facts.found(active.record());
      return facts.live(active);
    } catch (TokenRejectedException refused) {
      TokenRecord found = asked.found();
      if (found != null) {
        facts.found(found);
      }
      return facts.refused(refused);
    } catch (TokenStoreException unknown) {
      return store == null
          ? facts.unasked(
              "no store was named",
              "It is authentic. Whether it is still live stands in its record: name the store by"
                  + " --store.")
          : facts.unasked(
              "the store did not answer: " + unknown.getMessage(),
              "Whether it is still live is not known. A request with it is answered 503.");
    }
  }

  private ActiveToken judged(Presentation presented, ClientAddress client, AskedStore asked)
      throws TokenRejectedException {
    TokenService service =
        new TokenService(
            asked,
            asked,
            codec,
            UNUSED,
            audience,
            EACH_TIME,
            new Surroundings(
                new ForwardClock(clock), System::nanoTime, new SecureRandom(), Runnable::run),
            List.of());
    return service.validate(
        new PresentedToken(presented.token(), presented.sessionIds(), client, false));
  }

  /** The record, for showing; null also where that is not known. */
  private @Nullable TokenRecord lookedUp(TokenId id) {
    try {
      return store == null ? null : store.apply(id).orElse(null);
    } catch (TokenStoreException unknown) {
      return null;
    }
  }

  /** Lets the rest be judged where it is not known who comes: one who may. */
  private static ClientAddress clientOf(@Nullable TokenRecord record) {
    String binding = record == null ? null : record.binding();
    if (binding == null) {
      return NOBODY;
    }
    if (ClientAddress.UNIX.matches(binding)) {
      return ClientAddress.UNIX;
    }
    try {
      return ClientAddress.parse(binding.replaceFirst("/.*", ""));
    } catch (IllegalArgumentException boundToNobody) {
      return NOBODY;
    }
  }

  private static Optional<TokenRecord> notAsked() {
    throw new TokenStoreException("no store was named", null, false);
  }

  /** Nothing is issued here, so how long tokens live does not matter. */
  private static final TokenPolicy UNUSED =
      new TokenPolicy(
          Duration.ZERO,
          Duration.ZERO,
          Duration.ZERO,
          Duration.ZERO,
          false,
          Duration.ZERO,
          Duration.ZERO,
          TokenPolicy.Replay.REPORT,
          Limit.NONE,
          Binding.OFF);
}
