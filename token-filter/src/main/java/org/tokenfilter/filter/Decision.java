package org.tokenfilter.filter;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.carrier.Problem;
import org.tokenfilter.config.Admission;
import org.tokenfilter.config.LoggedUser;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.filter.SessionContinuation.Stay;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.token.ActiveToken;

/**
 * What was decided about a request. It travels with the request to its further dispatches in an
 * attribute, which no client can set.
 */
sealed interface Decision extends Admission {

  /** The request is let through. */
  record Admitted(TokenSecurity security, Stay stay, TokenPrincipal principal) implements Decision {

    /** Lets a token through, in the session that it is in. */
    Admitted(TokenSecurity security, Stay stay) {
      this(security, stay, TokenPrincipal.of(stay.token()));
    }

    ActiveToken token() {
      return stay.token();
    }

    @Override
    public TokenId admitted() {
      return principal.handle();
    }

    @Override
    public void keepIn(HttpServletRequest request) {
      Decision.super.keepIn(request);
      LoggedUser.note(request, principal.name());
    }
  }

  /** The request is refused, with this answer. */
  record Refused(TokenSecurity security, Problem answer) implements Decision {

    @Override
    public @Nullable TokenId admitted() {
      return null;
    }
  }

  /** Lets it travel with this request. */
  default void keepIn(HttpServletRequest request) {
    request.setAttribute(ATTRIBUTE, this);
  }

  /** What was decided about this request here; null if nothing has been. */
  static @Nullable Decision of(HttpServletRequest request, TokenSecurity security) {
    return request.getAttribute(ATTRIBUTE) instanceof Decision decision
            && decision.security() == security
        ? decision
        : null;
  }
}
