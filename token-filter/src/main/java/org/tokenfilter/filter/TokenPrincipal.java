package org.tokenfilter.filter;

import java.security.Principal;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.ActiveToken;

/**
 * The user of a request and the token of its authentication: {@code (TokenPrincipal)
 * request.getUserPrincipal()}. Holds no secret. Immutable.
 *
 * @param name the name of the subject
 * @param kind the kind of the token
 * @param tokenId the id of the token; not a secret
 * @param sessionTokenId the id of the stored session that a user token uses; null if there is none
 * @param roles the current roles of the subject: those of the login, or of {@code
 *     token.subject.recheck}
 * @param issuedAt the time at which the token was issued
 * @param expiresAt the time at which the token expires unless used again, if this request succeeds;
 *     null if it never expires
 * @param attributes the attributes that the application has stored with the token
 */
public record TokenPrincipal(
    String name,
    TokenKind kind,
    TokenId tokenId,
    @Nullable TokenId sessionTokenId,
    Set<String> roles,
    Instant issuedAt,
    @Nullable Instant expiresAt,
    Map<String, String> attributes)
    implements Principal {

  static TokenPrincipal of(ActiveToken token) {
    TokenRecord record = token.record();
    TokenRecord session = token.session();
    return new TokenPrincipal(
        record.subject(),
        record.kind(),
        record.id(),
        session == null ? null : session.id(),
        token.roles(),
        record.issuedAt(),
        token.deadline(),
        record.attributes());
  }

  /** Returns the subject's name, as {@link #name()}. */
  @Override
  public String getName() {
    return name;
  }
}
