package org.tokenfilter.tools;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.codec.JweTokenCodec;
import org.tokenfilter.keys.KeyRing;
import org.tokenfilter.service.TokenExplainer;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;

/**
 * Explains why a token would be accepted or refused. It does not validate anything itself: the
 * library judges the token, and this class describes the outcome in words.
 */
final class Explainer {

  private final Supplier<KeyRing> ring;
  private final Clock clock;
  private final TokenExplainer explainer;
  private final boolean hasStore;

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
    this.clock = clock;
    this.explainer =
        new TokenExplainer(
            new JweTokenCodec(ring, audience, new SecureRandom()),
            clock,
            store == null ? id -> failWithoutStore() : store);
    this.hasStore = store != null;
  }

  /** Explains a token. */
  Explanation explain(PresentedInput presented) {
    ExplanationBuilder builder = new ExplanationBuilder(presented, ring.get(), clock.instant());
    TokenExplainer.Explanation judged =
        explainer.explain(presented.token(), presented.sessionIds(), presented.client());
    builder.addClaims(judged.claims());
    builder.addRecord(judged.record());
    if (judged.refusal() != null) {
      return builder.refused(judged.refusal());
    }
    if (judged.accepted() != null) {
      return builder.accepted(judged.accepted());
    }
    return hasStore
        ? builder.undecided(
            "the store did not answer: "
                + (judged.failure() == null ? "" : judged.failure().getMessage()),
            "It is authentic, but it is unknown whether it is still live. A request with it is"
                + " answered 503.")
        : builder.undecided(
            "no store was named",
            "It is authentic. Its record shows whether it is still live: name the store with"
                + " --store.");
  }

  private static Optional<TokenRecord> failWithoutStore() {
    throw new TokenStoreException("no store was named", null, false);
  }
}
