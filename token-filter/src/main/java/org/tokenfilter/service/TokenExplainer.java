package org.tokenfilter.service;

import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.codec.TokenClaims;
import org.tokenfilter.codec.TokenCodec;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A judge of single tokens, for tools that explain a decision to an operator. It makes the checks
 * that {@link TokenService#validate} makes, and shows their steps. It changes nothing, and does not
 * check the account of the subject. Thread-safe.
 */
public final class TokenExplainer {

  /**
   * The steps of judging a token, and their outcome: exactly one of {@code accepted}, {@code
   * refusal} and {@code failure} is not null.
   *
   * @param claims the claims of the token; null if it is not authentic
   * @param record the record of the token; null if there is none, or it is not known
   * @param accepted the token, if it is accepted
   * @param refusal the refusal with its cause, if the token is refused
   * @param failure the failure of the store, if it left the token undecided
   */
  public record Explanation(
      @Nullable TokenClaims claims,
      @Nullable TokenRecord record,
      @Nullable ActiveToken accepted,
      @Nullable TokenRejectedException refusal,
      @Nullable TokenStoreException failure) {}

  /** The placeholder for an unknown client, where the token is bound to none. */
  private static final ClientAddress UNKNOWN_CLIENT = ClientAddress.parse("0.0.0.0");

  private final TokenCodec codec;
  private final Clock clock;
  private final Function<TokenId, Optional<TokenRecord>> find;

  /**
   * Creates an explainer for the tokens of an application.
   *
   * @param codec the codec with the keys and the audience of the application
   * @param clock the source of the current time
   * @param find looks up the record of a token; may throw {@link TokenStoreException}
   */
  public TokenExplainer(
      TokenCodec codec, Clock clock, Function<TokenId, Optional<TokenRecord>> find) {
    this.codec = codec;
    this.clock = clock;
    this.find = find;
  }

  /**
   * Judges a token. The record is looked up once, and also if an earlier check fails.
   *
   * @param token the token as it was sent
   * @param sessionIds the session ids that came with the token
   * @param client the address of the client; null if it is not known, which passes for the client
   *     that the token is bound to
   */
  public Explanation explain(String token, Set<String> sessionIds, @Nullable ClientAddress client) {
    TokenClaims claims;
    try {
      claims = codec.decode(token);
    } catch (TokenRejectedException refused) {
      return new Explanation(null, null, null, refused, null);
    }
    Lookup lookup = Lookup.of(find, claims.id());
    TokenRecord record = lookup.record();
    TokenValidator validator =
        new TokenValidator(lookup::find, codec, clock, TokenValidator.RoleLookup.LOGIN_ROLES);
    try {
      ActiveToken active =
          validator.validate(
              new PresentedToken(
                  token, sessionIds, client == null ? boundClient(record) : client, false));
      return new Explanation(claims, record, active, null, null);
    } catch (TokenRejectedException refused) {
      return new Explanation(claims, record, null, refused, null);
    } catch (TokenStoreException unknown) {
      return new Explanation(claims, record, null, null, unknown);
    }
  }

  /**
   * The result of one lookup, which is repeated when the validator asks.
   *
   * @param record the record; null for none
   * @param failure the failure of the lookup; null for none
   */
  private record Lookup(@Nullable TokenRecord record, @Nullable TokenStoreException failure) {

    static Lookup of(Function<TokenId, Optional<TokenRecord>> find, TokenId id) {
      try {
        return new Lookup(find.apply(id).orElse(null), null);
      } catch (TokenStoreException unknown) {
        return new Lookup(null, unknown);
      }
    }

    Optional<TokenRecord> find(TokenId id, Instant now) {
      if (failure != null) {
        throw failure;
      }
      return Optional.ofNullable(record);
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
    } catch (IllegalArgumentException malformed) {
      return UNKNOWN_CLIENT;
    }
  }
}
