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
 * Who sent a request, and by which token: {@code (TokenPrincipal) request.getUserPrincipal()}.
 * Holds no secret. Immutable.
 *
 * @param name the subject's
 * @param kind the token's
 * @param handle the token's record; not a secret
 * @param session the kept session that a user token goes on in; null if there is none
 * @param roles what the subject has now: those of the login, or of {@code token.subject.recheck}
 * @param issued when the token was issued
 * @param deadline when the token dies unless used again, if this request succeeds; null if never
 * @param attributes what the application keeps with the token
 */
public record TokenPrincipal(
    String name,
    TokenKind kind,
    TokenId handle,
    @Nullable TokenId session,
    Set<String> roles,
    Instant issued,
    @Nullable Instant deadline,
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

  /** The subject's name, as {@link #name()}. */
  @Override
  public String getName() {
    return name;
  }
}
